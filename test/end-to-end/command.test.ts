import { readFileSync } from "node:fs";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 250);
const lines = (text: string): unknown[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

test("collections lists what the key can read", async () => {
  const { workplace } = await splunkSetting({ records });
  const human = await runCommand(["collections", workplace.config], { environment: proKey });
  expect(human.stdout).toContain("soc-defenders-hashes");
  const machine = await runCommand(["collections", workplace.config, "--json"], { environment: proKey });
  expect(lines(machine.stdout)).toHaveLength(3);
});

test("pull prints every object once, the identity included, by id or title", async () => {
  const { workplace } = await splunkSetting({ records });
  for (const name of ["soc-defenders-all", "All indicators"]) {
    const { stdout, code } = await runCommand(["pull", workplace.config, "--collection", name], { environment: proKey });
    expect(code).toBe(0);
    expect(lines(stdout).map((object) => (object as { id: string }).id)).toHaveLength(251);
  }
  expect(await workplace.positions()).toEqual({});
});

test("pull --since is exclusive", async () => {
  const { workplace } = await splunkSetting({ records });
  const last = records.at(-1)!.date_added;
  const { stdout } = await runCommand(["pull", workplace.config, "--collection", "soc-defenders-all", "--since", last], {
    environment: proKey,
  });
  expect(lines(stdout).filter((object) => (object as { type: string }).type === "indicator")).toEqual([]);
});

test("pull --raw prints objects as served", async () => {
  const odd = { ...records[0]!.object, confidence: "high" };
  const { workplace } = await splunkSetting({ records: [{ date_added: "2026-05-01T00:00:00.000000Z", object: odd }] });
  const pull = async (...flags: string[]) =>
    lines(
      (await runCommand(["pull", workplace.config, "--collection", "soc-defenders-all", ...flags], { environment: proKey })).stdout,
    ).at(-1);
  expect(await pull("--raw")).toEqual(odd);
  expect(await pull()).toMatchObject({ confidence: 85 });
});

test.each(["splunk", "sentinel", "sentinel-ti", "opencti"])(
  "map --target %s reads bundles, envelopes and NDJSON alike",
  async (target) => {
    const fixtures = ["ipv4", "url", "cve"].map((name) =>
      readFileSync(new URL(`../fixtures/indicators/${name}.json`, import.meta.url), "utf8"),
    );
    const objects = fixtures.map((text) => JSON.parse(text) as unknown);
    const inputs = [
      JSON.stringify({ type: "bundle", id: "bundle--1", objects }),
      JSON.stringify({ more: false, objects }, undefined, 2),
      objects.map((object) => JSON.stringify(object)).join("\n"),
    ];
    const outputs = await Promise.all(inputs.map((input) => runCommand(["map", "--target", target, "-"], { input })));
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(lines(outputs[0]!.stdout)).toHaveLength(3);
    expect(outputs[1]!.stdout).toBe(outputs[0]!.stdout);
    expect(outputs[2]!.stdout).toBe(outputs[0]!.stdout);
  },
);

test("map says what it skipped and what it could not read", async () => {
  const input = '{"type":"identity","id":"identity--1"}\n{"no":"stix"}\n';
  const { stdout, log, code } = await runCommand(["map", "--target", "splunk"], { input });
  expect([code, stdout]).toEqual([0, ""]);
  expect(log.map(({ event }) => event)).toEqual(["skipped", "unreadable"]);
});

test("run --only takes one of several instances, each with its own position", async () => {
  const { workplace, hec, received } = await splunkSetting({ records });
  const { readFile, writeFile } = await import("node:fs/promises");
  const text = (await readFile(workplace.config, "utf8")).replace(
    /splunk: \{(.*)\}/,
    "splunk: [{ name: east,$1}, { name: west,$1}]",
  );
  await writeFile(workplace.config, text);
  const one = await runCommand(["run", workplace.config, "--once", "--json", "--only", "west"], { environment: proKey });
  expect(lines(one.stdout)).toEqual([expect.objectContaining({ target: "west", delivered: 250 })]);
  const both = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  expect(lines(both.stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ target: "east", delivered: 250 }),
      expect.objectContaining({ target: "west", delivered: 0 }),
    ]),
  );
  expect(received()).toHaveLength(500);
  expect(hec.events()[0]).toMatchObject({ sourcetype: "socdefenders:indicator", source: "socdefenders:soc-defenders-all" });
});

test("what a feed writes into a type does not steer the terminal", async () => {
  const odd = { type: "x-\u001b[31mred", id: "x-red--1" };
  const { workplace } = await splunkSetting({ records: [{ date_added: "2026-05-01T00:00:00.000000Z", object: odd }] });
  const { stdout } = await runCommand(["run", workplace.config, "--once"], { environment: proKey });
  expect(stdout).toContain("x-\ufffd[31mred objects are not sent to Splunk");
  expect(stdout).not.toContain("\u001b");
});

test.each([
  [["--help"], 0, /Usage: socdefenders/],
  [["help", "run"], 0, /--only <target>/],
  [["help", "check"], 0, /Examples:\n {2}socdefenders check config\.yaml[^]*Exit codes: 0 /],
  [["init", "--help"], 0, /--splunk-endpoint <value>[^]*Examples:[^]*Exit codes: /],
  [["status", "--help"], 0, /no network[^]*Exit codes: /],
  [["schema"], 0, /"title": "SOC Defenders connectors: configuration"/],
  [["version"], 0, /^\d+\.\d+\.\d+\n$/],
  [["--version"], 0, /^\d+\.\d+\.\d+\n$/],
])("%j", async (args, code, output) => {
  const ended = await runCommand(args);
  expect([ended.code, ended.log]).toEqual([code, []]);
  expect(ended.stdout).toMatch(output);
});

test.each([[["rn"]], [["run"]], [["map"]], [["map", "--target", "elastic"]], [["run", "x", "--wat"]], [[]]])(
  "%j is a usage error",
  async (args) => {
    const ended = await runCommand(args);
    expect(ended.code).toBe(2);
    expect(ended.log).toEqual([expect.objectContaining({ level: "error", remedy: expect.stringContaining("socdefenders help") })]);
  },
);
