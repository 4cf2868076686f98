import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { pythonEnvironment } from "./python.ts";

const execute = promisify(execFile);
const deploy = fileURLToPath(new URL("../../packages/cli/deploy/", import.meta.url));

/** What systemd-analyze says; it complains on stderr. */
async function analyze(args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await execute("systemd-analyze", args);
    return stdout + stderr;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error("systemd-analyze is missing; get it with: apt-get install -y --no-install-recommends systemd", {
      cause: error,
    });
  }
}

/** The units as an operator installs them, with a program that this machine has. */
async function installUnits(isTimer: boolean): Promise<string> {
  const units = temporaryDirectory();
  const install = async (from: string, to: string): Promise<void> =>
    writeFile(join(units, to), (await readFile(join(deploy, from), "utf8")).replaceAll("/usr/bin/node", "/bin/true"));
  await install("socdefenders.service", "socdefenders.service");
  if (!isTimer) return units;
  await cp(join(deploy, "socdefenders.timer"), join(units, "socdefenders.timer"));
  await mkdir(join(units, "socdefenders.service.d"));
  await install("once.conf", "socdefenders.service.d/once.conf");
  return units;
}

test.each([
  ["the service", false, "socdefenders.service"],
  ["the timer with its runs", true, "socdefenders.timer"],
])("systemd takes %s without a complaint", async (_, isTimer, unit) => {
  expect(await analyze(["verify", "--man=no", join(await installUnits(isTimer), unit)])).toBe("");
});

test("systemd finds the service little exposed", async () => {
  const told = await analyze([
    "security",
    "--offline=true",
    "--threshold=20",
    join(await installUnits(false), "socdefenders.service"),
  ]);
  expect(told).toMatch(/Overall exposure level for socdefenders\.service: [01]\.\d OK/);
});

test("the manifest holds to the schemas of Kubernetes", async () => {
  const python = await pythonEnvironment(["kubernetes-validate==1.37.0"]);
  const { stdout } = await execute(python, ["-m", "kubernetes_validate", "--strict", join(deploy, "kubernetes.yaml")]);
  expect(stdout).toMatch(/kubernetes\.yaml/);
});
