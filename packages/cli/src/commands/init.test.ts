import { mkdtempSync, rmSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { readConfiguration } from "../config.ts";
import { listOf } from "../init/settings.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { init } from "./init.ts";

const secret = "sk_live_0123456789abcdef";

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-init-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A person who answers questions by their flag, one answer after the other; nothing else is an empty line. */
function person(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const printed: string[] = [];
  const terminal: Terminal = {
    print: async (text) => void printed.push(text),
    readInput: async () => Buffer.alloc(0),
    async ask(question) {
      asked.push(question);
      const flag = Object.keys(answers).find((name) => question.includes(`${name}: `)) ?? "";
      return answers[flag]?.[asked.filter((one) => one.includes(`${flag}: `)).length - 1] ?? "";
    },
    log: silentLogger,
    progress: undefined,
    environment: {},
    signal: new AbortController().signal,
  };
  return { terminal, asked, printed };
}

test("on a terminal it asks for what the chosen target needs, and again where an answer looks like a secret", async () => {
  const path = join(temporaryDirectory(), "config.yaml");
  const { terminal, asked, printed } = person({ target: ["splunk"], "splunk-endpoint": [secret, "", "https://splunk:8088"] });
  await init(path, { start: "P7D" }, terminal);
  const text = await readFile(path, "utf8");
  expect(text).not.toContain(secret);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const variables = { SOCDEFENDERS_API_KEY: "a-key-of-the-feed", SPLUNK_HEC_TOKEN: "a-token-of-hec" };
  const config = await readConfiguration(text, variables, path);
  expect(config).toMatchObject({ feed: { start: "P7D", collections: ["*"] }, targets: [{ name: "splunk" }] });
  expect(asked.some((question) => question.includes("opencti") && !question.startsWith("target"))).toBe(false);
  expect(asked.filter((question) => question.includes("splunk-endpoint"))).toHaveLength(3);
  expect(asked.some((question) => question.startsWith("start"))).toBe(false);
  expect(printed.join("")).toMatch(/SOCDEFENDERS_API_KEY.*SPLUNK_HEC_TOKEN.*socdefenders check .*config\.yaml\n$/s);
});

const given = { target: "splunk", splunkEndpoint: "https://splunk:8088" };

test.each<[string, string, Record<string, string>]>([
  ["a flag that is one by its name", "config.yaml", { ...given, hecToken: "0a1b2c3d" }],
  ["a key", "config.yaml", { ...given, start: secret }],
  ["a HEC token", "config.yaml", { ...given, splunkIndex: "0a1b2c3d-1111-2222-3333-444455556666" }],
  ["a password in an address", "config.yaml", { ...given, splunkEndpoint: "https://me:hunter2@splunk:8088" }],
  ["a key in an address", "config.yaml", { ...given, feedEndpoint: "https://feed.example/?api_key=abc" }],
  ["a file name", secret, given],
])("a secret on the command line is refused without showing it: %s", async (_, path, flags) => {
  const values = [secret, "0a1b2c3d", "hunter2", "api_key=abc"];
  const error = await init(path, flags, person({}).terminal).catch((thrown: unknown) => thrown as Error & { remedy: string });
  expect(error).toMatchObject({ exitCode: 2, remedy: expect.stringContaining("environment") });
  for (const value of values) expect(`${error?.message} ${error?.remedy}`).not.toContain(value);
});

test.each([
  ["no target that there is", { target: "elastic" }, "Choose from: splunk, sentinel, opencti."],
  ["a value that is wrong", { ...given, splunkEndpoint: "splunk" }, ""],
  ["what is missing, all at once", { target: "splunk,opencti" }, "Give --splunk-endpoint, --opencti-url"],
])("nothing is written with %s", async (_, flags, remedy) => {
  const path = join(temporaryDirectory(), "config.yaml");
  const terminal = { ...person({}).terminal, ask: undefined };
  await expect(init(path, flags, terminal)).rejects.toMatchObject({ exitCode: 2, remedy: expect.stringContaining(remedy) });
  await expect(stat(path)).rejects.toThrow("ENOENT");
});

test("a file that is there is replaced only when asked for", async () => {
  const path = join(temporaryDirectory(), "config.yaml");
  await init(path, given, person({}).terminal);
  await expect(init(path, given, person({}).terminal)).rejects.toMatchObject({ remedy: expect.stringContaining("--force") });
  await init(path, { ...given, splunkIndex: "threat", force: true }, person({}).terminal);
  expect(await readFile(path, "utf8")).toContain('index: "threat"');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("where nothing can be written is a matter of usage, also with --force", async () => {
  const directory = temporaryDirectory();
  await expect(init(directory, { ...given, force: true }, person({}).terminal)).rejects.toMatchObject({ exitCode: 2 });
  const missing = join(directory, "not-there", "config.yaml");
  await expect(init(missing, given, person({}).terminal)).rejects.toMatchObject({ exitCode: 2 });
});

test("whatever is answered stands in the file as it was given, or nothing is written", async () => {
  const path = join(temporaryDirectory(), "config.yaml");
  const variables = { SOCDEFENDERS_API_KEY: "a-key-of-the-feed", SPLUNK_HEC_TOKEN: "a-token-of-hec" };
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("'", '"', "a: b", "#x", "\u2028", "${HOME}", "- a", "\\", "null", "1"),
  );
  const readBack = async () => {
    const { stateDirectory, feed, targets } = await readConfiguration(await readFile(path, "utf8"), variables, path);
    return { stateDirectory, collections: feed.collections, targets: targets.map(({ name }) => name) };
  };
  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (stateDirectory, collection) => {
      rmSync(path, { force: true });
      const asGiven = { stateDirectory, collections: listOf(collection), targets: ["splunk"] };
      const outcome = await init(path, { ...given, stateDirectory, collections: collection }, person({}).terminal).then(
        readBack,
        ({ exitCode }: { exitCode?: number }) => exitCode,
      );
      expect([asGiven, 2]).toContainEqual(outcome);
    }),
  );
});

test("every target and destination has its settings in the file", async () => {
  const path = join(temporaryDirectory(), "config.yaml");
  const flags = {
    target: "sentinel, opencti",
    collections: "first, The second",
    sentinelDestinations: "logs,threat-intelligence",
    sentinelEndpoint: "https://dce.example",
    sentinelRuleId: `dcr-${"0".repeat(32)}`,
    sentinelWorkspaceId: "11111111-2222-4333-8444-555555555555",
    openctiUrl: "https://opencti.example",
  };
  await init(path, flags, { ...person({}).terminal, ask: undefined });
  const variables = { SOCDEFENDERS_API_KEY: "a-key-of-the-feed", OPENCTI_TOKEN: "a-token-of-opencti" };
  const config = await readConfiguration(await readFile(path, "utf8"), variables, path);
  expect(config.feed.collections).toEqual(["first", "The second"]);
  expect(config.targets.map(({ name }) => name)).toEqual(["sentinel", "sentinel-ti", "opencti"]);
});
