import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryDirectory } from "../temporary.test.directory.ts";
import { LockError } from "../errors/lock-error.ts";
import { createLogger, silentLogger, type LogRecord } from "../log/logger.ts";
import { withDirectoryLock } from "./lock.ts";

const options = { log: silentLogger };
const lockFiles = (directory: string): string[] => readdirSync(directory).filter((name) => name.endsWith(".lock"));

/** Leaves a lock behind as another process would, changed in the given members. */
async function leaveLock(directory: string, change: object, silentMs = 0): Promise<void> {
  let content = "";
  await withDirectoryLock(directory, options, async () => {
    content = readFileSync(join(directory, "instance.1.lock"), "utf8");
  });
  const path = join(directory, "instance.1.lock");
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(content) as object), ...change }));
  const time = new Date(Date.now() - silentMs);
  utimesSync(path, time, time);
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "close");
  return child.pid ?? 0;
}

test("gives back what the work gives, and leaves nothing behind, after an error neither", async () => {
  const directory = join(temporaryDirectory(), "made", "when needed");
  expect(await withDirectoryLock(directory, options, () => Promise.resolve(42))).toBe(42);
  expect(lockFiles(directory)).toEqual([]);
  await expect(withDirectoryLock(directory, options, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(lockFiles(directory)).toEqual([]);
});

test("a second one is refused with who holds it, exit code 5 and what to do; the first keeps its lock", async () => {
  const directory = temporaryDirectory();
  await withDirectoryLock(directory, options, async () => {
    const second = withDirectoryLock(directory, options, () => Promise.resolve());
    await expect(second).rejects.toMatchObject({
      name: "LockError",
      exitCode: 5,
      message: expect.stringMatching(`process ${process.pid} on ${hostname()}, started .*, last sign of life \\d+ s ago`),
      remedy: expect.stringContaining("Stop it"),
    });
    expect(lockFiles(directory)).toEqual(["instance.1.lock"]);
  });
});

test("names in one directory do not block each other", async () => {
  const directory = temporaryDirectory();
  const both = withDirectoryLock(directory, { ...options, name: "a" }, () =>
    withDirectoryLock(directory, { ...options, name: "a.b" }, () => Promise.resolve("both")),
  );
  expect(await both).toBe("both");
});

test.each([
  ["a dead process", async () => ({ pid: await deadPid() }), 0],
  ["this very pid, of an earlier process", () => ({ pid: process.pid, token: "another" }), 0],
  ["an earlier boot", () => ({ boot_id: "another" }), 0],
  ["another host that is silent for long", () => ({ host: "another" }), 181_000],
])("the lock of %s is taken over, and the log says so", async (_, change, silentMs) => {
  const directory = temporaryDirectory();
  await leaveLock(directory, await change(), silentMs);
  const records: LogRecord[] = [];
  const log = createLogger((record) => records.push(record));
  const names = await withDirectoryLock(directory, { log }, () => Promise.resolve(lockFiles(directory)));
  expect(names).toEqual(["instance.2.lock"]);
  expect(records).toEqual([expect.objectContaining({ level: "warn", event: "lock_taken_over" })]);
});

test.each([
  ["a living process", () => ({ pid: process.ppid })],
  ["another host that was heard lately", () => ({ host: "another" })],
  ["another container of this host", () => ({ pid_namespace: "another", pid: 4_194_304 })],
])("the lock of %s stays", async (_, change) => {
  const directory = temporaryDirectory();
  await leaveLock(directory, change());
  await expect(withDirectoryLock(directory, options, () => Promise.resolve())).rejects.toThrow(LockError);
  expect(lockFiles(directory)).toEqual(["instance.1.lock"]);
});

test("a lock that is just being written stays", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "instance.1.lock"), "");
  await expect(withDirectoryLock(directory, options, () => Promise.resolve())).rejects.toThrow(LockError);
});

test("of many that find a stale lock at the same time never two hold it", async () => {
  const directory = temporaryDirectory();
  await leaveLock(directory, { token: "gone", pid: await deadPid() });
  let holders = 0;
  let most = 0;
  const attempts = Array.from({ length: 50 }, () =>
    withDirectoryLock(directory, options, async () => {
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
    }),
  );
  const results = await Promise.allSettled(attempts);
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  expect(failures.every((error) => error instanceof LockError)).toBe(true);
  expect(most).toBe(1);
  expect(lockFiles(directory)).toEqual([]);
});

test("a directory that cannot be made is an error with a remedy", async () => {
  const file = join(temporaryDirectory(), "file");
  writeFileSync(file, "");
  const work = withDirectoryLock(join(file, "state"), options, () => Promise.resolve());
  await expect(work).rejects.toMatchObject({ exitCode: 4, remedy: expect.stringContaining("writable") });
});

test("a lock of the same name that an heir made since stays", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "instance.1.lock");
  await withDirectoryLock(directory, options, async () => writeFileSync(path, "of an heir"));
  expect(lockFiles(directory)).toEqual(["instance.1.lock"]);
});

test("keeps showing that it lives, and ends the work when the lock is lost", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "instance.1.lock");
  const work = withDirectoryLock(directory, { ...options, heartbeatMs: 5 }, async (lost) => {
    utimesSync(path, 0, 0);
    await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000));
    rmSync(path);
    await once(lost, "abort");
    lost.throwIfAborted();
  });
  await expect(work).rejects.toThrow(LockError);
});
