import { mkdir, readdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { silentLogger, withDirectoryLock } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { makeWorkplace, runCommand } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";
import { startStatusPage } from "./status-page.ts";

const environment = { environment: proKey };
const untouched = `feed: { endpoint: "https://feed.example", api_key: \${API_KEY} }
state_directory: "@STATE@"
splunk: { endpoint: "https://splunk.example:8088", token: abcdefgh }
`;

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface ShownStatus {
  readonly positions: readonly object[];
  readonly history?: unknown;
}

function ask(url: string, method = "GET", headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
    });
    sent.on("error", reject).end();
  });
}

test("the page is for reading, by this machine, without anything from elsewhere", async () => {
  const { config, state } = await makeWorkplace(untouched);
  const page = await startStatusPage(config, proKey);
  expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const found = await ask(page.url);
  expect(found.status).toBe(200);
  expect(found.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": expect.stringMatching(/^default-src 'none'; script-src 'sha256-.*; frame-ancestors 'none'$/),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  });
  expect(found.headers["content-security-policy"]).not.toContain("unsafe");
  expect(found.body).not.toMatch(/(?:src|href|action)="?(?:https?:)?\/\/|\son\w+=|\sstyle=/);
  expect(await ask(page.url, "HEAD")).toMatchObject({ status: 200, body: "" });
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    expect(await ask(page.url, method)).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
  }
  expect((await ask(`${page.url}../config.yaml`)).status).toBe(404);
  const names = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "0.0.0.0"];
  for (const host of names) expect((await ask(page.url, "GET", { host })).status).toBe(403);
  for (const host of ["localhost", "localhost:9000", "[::1]:9000", "127.0.0.1"]) {
    expect((await ask(page.url, "GET", { host })).status).toBe(200);
  }
  // It looks and leaves no trace, not even the directory.
  await expect(readdir(state)).rejects.toThrow("ENOENT");
});

test("it says what status says, while a run holds the lock, and leaves with 0 after SIGTERM and 130 after SIGINT", async () => {
  const { workplace } = await splunkSetting({ records: readRecords(sampleBytes()).slice(0, 100) });
  expect((await runCommand(["run", workplace.config, "--once"], environment)).code).toBe(0);
  const page = await startStatusPage(workplace.config, proKey);
  await withDirectoryLock(workplace.state, { log: silentLogger }, async () => {
    const { history, ...served } = JSON.parse((await ask(`${page.url}status.json`)).body) as ShownStatus;
    const told = JSON.parse((await runCommand(["status", workplace.config, "--json"], environment)).stdout) as ShownStatus;
    const [position] = told.positions;
    const moving = { time: expect.any(String), locked_by: expect.stringContaining(`process ${process.pid} `) };
    expect(served).toEqual({ ...told, ...moving, positions: [{ ...position, lag_seconds: expect.any(Number) }] });
    expect(history).toMatchObject([{ target: "splunk", collection: "soc-defenders-all", runs: 1, delivered: 100, failed: 0 }]);
    expect(JSON.stringify(served)).not.toContain(proKey.API_KEY);
  });
  expect(await page.stop("SIGTERM")).toMatchObject({ code: 0, stdout: `${page.url}\n` });
  expect((await (await startStatusPage(workplace.config, proKey)).stop("SIGINT")).code).toBe(130);
});

test("a port that is taken ends it with what to do", async () => {
  const { config } = await makeWorkplace(untouched);
  const { port } = new URL((await startStatusPage(config, proKey)).url);
  const { code, stdout, log } = await runCommand(["status", config, "--port", port], environment);
  expect([code, stdout, log.length]).toEqual([2, "", 1]);
  expect(log[0]).toMatchObject({ message: expect.stringContaining(port), remedy: expect.stringContaining("--port") });
  expect((await runCommand(["status", config, "--serve", "--json"], environment)).code).toBe(2);
});

test("a state directory that cannot be read is said on the page, which lives on", async () => {
  const { config, state } = await makeWorkplace(untouched);
  const page = await startStatusPage(config, proKey);
  await writeFile(state, "a file where the directory should be");
  const failed = await ask(page.url);
  expect(failed.status).toBe(500);
  expect(failed.body).toContain("The state directory cannot be read");
  expect(await ask(`${page.url}status.json`)).toMatchObject({ status: 500, body: expect.stringContaining('{"error":') });
});

test("a history that cannot be written is told in the log and stops no delivery", async () => {
  const { workplace, received } = await splunkSetting({ records: readRecords(sampleBytes()).slice(0, 100) });
  await mkdir(join(workplace.state, "history.ndjson"), { recursive: true });
  const { code, log } = await runCommand(["run", workplace.config, "--once"], environment);
  expect([code, received().length]).toEqual([0, 100]);
  expect(log).toContainEqual(expect.objectContaining({ level: "warn", event: "status_not_saved" }));
});
