import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecords, sampleBytes, simulatedKeys, startFeed, startHec, startOpencti } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { buildArtefact } from "./build-artefact.ts";
import { runCommand } from "./command.ts";

const records = readRecords(sampleBytes()).slice(0, 200);
const token = "first-run-hec-token";
const openctiToken = "first-run-opencti-token";
const environment = { SOCDEFENDERS_API_KEY: simulatedKeys.pro, SPLUNK_HEC_TOKEN: token, OPENCTI_TOKEN: openctiToken };

async function servers() {
  const [feed, hec, platform] = [
    await startFeed({ records }),
    await startHec({ token }),
    await startOpencti({ token: openctiToken }),
  ];
  for (const server of [feed, hec, platform]) onTestFinished(() => server.close());
  return { feed, hec, platform };
}

test("from a key to delivered indicators: init, check, run, with the command as one file", async () => {
  const program: [string, string] = [process.execPath, buildArtefact("cli", "socdefenders.mjs")];
  const { feed, hec, platform } = await servers();
  const directory = temporaryDirectory();
  const config = join(directory, "config.yaml");
  const [targets, collections, start] = ["splunk,opencti", "soc-defenders-all", "1970-01-01T00:00:00Z"];
  const flags = ["--target", targets, "--feed-endpoint", feed.endpoint, "--collections", collections, "--start", start];
  const places = ["--splunk-endpoint", hec.url, "--opencti-url", platform.url, "--opencti-queue-protocol", "api"];
  const state = ["--state-directory", join(directory, "state")];

  const written = await runCommand(["init", config, ...flags, ...places, ...state], { program });
  expect([written.code, written.log]).toEqual([0, []]);
  expect(written.stdout.trimEnd().split("\n").at(-1)).toBe(`  socdefenders check ${config}`);
  expect((await stat(config)).mode & 0o777).toBe(0o600);

  const checked = await runCommand(["check", config], { program, environment });
  expect([checked.code, checked.log]).toEqual([0, []]);
  expect(checked.stdout).not.toMatch(/^(?:warning|failed)/m);

  const ran = await runCommand(["run", config, "--once", "--json"], { program, environment });
  expect(ran.code).toBe(0);
  expect(hec.events()).toHaveLength(200);
  // Splunk takes those with their end; OpenCTI would create them revoked, and they are skipped.
  const expired = records.filter(({ object }) => Date.parse(String(object["valid_until"])) <= Date.now()).length;
  expect(platform.received().indicators.size + platform.received().vulnerabilities.size).toBe(200 - expired);

  const shown = await runCommand(["status", config], { program, environment });
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(
    /│ splunk +│ soc-defenders-all │ 2026-.*│ opencti +│ soc-defenders-all │ 2026-.*by the target itself/s,
  );
  const output = JSON.stringify([written, checked, ran, shown]) + (await readFile(config, "utf8"));
  for (const secret of Object.values(environment)) expect(output).not.toContain(secret);
});

test("a secret on the command line is refused without being repeated, also by commands that know no such flag", async () => {
  for (const args of [
    ["init", "--api-key", "0a1b2c3d4e5f"],
    ["init", "--token=0a1b2c3d4e5f"],
    ["run", "x.yaml", "--api-key=0a1b2c3d4e5f"],
    ["run", "x.yaml", "-ksk_live_0a1b2c3d4e5f"],
    ["check", "x.yaml", "--timeout", "sk_live_0a1b2c3d4e5f"],
    ["sk_live_0a1b2c3d4e5f"],
  ]) {
    const ended = await runCommand(args);
    expect(ended.code).toBe(2);
    expect(JSON.stringify(ended)).not.toContain("0a1b2c3d4e5f");
  }
});

test("status tells lag, budget, lock, dead letters and the last error, without the network", async () => {
  const bad = { date_added: "2026-05-01T12:00:00.000000Z", object: { indicator: "198.51.100.3" } };
  const feed = await startFeed({ records: [...records.slice(0, 50), bad] });
  onTestFinished(() => feed.close());
  const hec = await startHec({ token });
  onTestFinished(() => hec.close());
  const directory = temporaryDirectory();
  const config = join(directory, "config.yaml");
  await writeFile(
    config,
    `feed: { endpoint: "${feed.endpoint}", api_key: "\${SOCDEFENDERS_API_KEY}", collections: [soc-defenders-all], start: "1970-01-01T00:00:00Z" }
state_directory: ${join(directory, "state")}
splunk: { endpoint: "${hec.url}", token: ${token} }\n`,
  );
  const read = async () =>
    JSON.parse((await runCommand(["status", config, "--json"], { environment })).stdout) as Record<string, unknown>;
  const none = { positions: [], dead_letters: [], locked_by: null, last_runs: [] };
  expect(await read()).toMatchObject({ ...none, budget: { spent: 0, left: 1_000_000, per_day: 1_000_000, not_before: null } });

  await runCommand(["run", config, "--once"], { environment });
  const collection = "soc-defenders-all";
  const after = await read();
  expect(after).toMatchObject({
    positions: [{ target: "splunk", collection, position: expect.stringMatching(/^2026-/), lag_seconds: expect.any(Number) }],
    dead_letters: [{ target: "splunk", count: 1 }],
    budget: { spent: expect.any(Number) },
    last_runs: [{ target: "splunk", collection, delivered: 50 }],
  });
  expect((after["budget"] as { spent: number }).spent).toBeGreaterThan(0);

  await writeFile(config, (await readFile(config, "utf8")).replace(token, "another-hec-token"));
  await runCommand(["checkpoint", "reset", config], { environment });
  expect((await runCommand(["run", config, "--once"], { environment })).code).toBe(4);
  const failed = await runCommand(["status", config, "--json"], { environment });
  expect(JSON.parse(failed.stdout)).toMatchObject({
    positions: [],
    last_runs: [{ error: expect.stringContaining("Invalid token"), remedy: expect.stringContaining("splunk.token") }],
  });
  expect(failed.stdout).not.toContain("another-hec-token");
});
