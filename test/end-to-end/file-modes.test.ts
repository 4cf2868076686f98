import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { proKey, splunkSetting } from "./splunk-run.ts";

const source = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("the state directory and the files of a run are their owner's alone, even under a umask that lets everybody read and write", async () => {
  const unreadable = { date_added: "2026-04-30T15:57:18.000Z", object: { type: "indicator" } };
  const { workplace } = await splunkSetting({ records: [...readRecords(sampleBytes()).slice(0, 50), unreadable] });
  const program = ["-c", 'umask 000; exec "$0" "$@"', process.execPath, source, "run", workplace.config, "--once"];
  await promisify(execFile)("sh", program, { env: { PATH: process.env["PATH"] ?? "", ...proKey } });

  const files = readdirSync(workplace.state);
  expect(files).toContain("dead-letter.ndjson");
  expect(files.length).toBeGreaterThan(1);
  expect(mode(workplace.state)).toBe("700");
  expect(files.map((name) => [name, mode(join(workplace.state, name))])).toEqual(files.map((name) => [name, "600"]));
});
