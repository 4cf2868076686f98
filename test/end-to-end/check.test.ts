import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { withDirectoryLock, silentLogger } from "@socdefenders/shared";
import { listen, readRecords, sampleBytes, startOpencti, type HecOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { runCommand, type Ended } from "./command.ts";
import { freeKey, proKey, splunkSetting, type SplunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 50);

interface Line {
  readonly check: string;
  readonly target: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

const linesOf = ({ stdout }: Ended): readonly Line[] =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

const check = ({ workplace }: SplunkSetting, environment: Record<string, string>, ...flags: string[]) =>
  runCommand(["check", workplace.config, "--json", ...flags], { environment });

async function addToConfig({ workplace }: SplunkSetting, text: string): Promise<void> {
  await writeFile(workplace.config, `${await readFile(workplace.config, "utf8")}${text}`);
}

async function opencti(broker?: { host: string; port: number }) {
  const id = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
  const token = "check-opencti-token";
  const options = broker && { broker: { ...broker, vhost: "/", use_ssl: false, user: "guest", pass: "broker-password" } };
  const platform = await startOpencti({ token, ...options, queueBytes: 2_500_000 });
  onTestFinished(() => platform.close());
  const section = (protocol: string): string =>
    `opencti: { url: "${platform.url}", token: ${token}, connector_id: ${id}, queue_protocol: ${protocol} }\n`;
  return { platform, section, id };
}

test("where all is well every line is ok, and nothing is delivered, registered or kept", async () => {
  const setting = await splunkSetting({ records });
  const { platform, section, id } = await opencti();
  await addToConfig(setting, section("api"));
  const ended = await check(setting, proKey);
  expect([ended.code, ended.log]).toEqual([0, []]);
  expect(linesOf(ended).map(({ target, check, status }) => `${target} ${check} ${status}`)).toEqual([
    "configuration file ok",
    "configuration targets ok",
    "state_directory writable ok",
    "state_directory lock ok",
    "feed discovery ok",
    "feed key ok",
    "feed collections ok",
    "feed collection ok",
    "feed clock ok",
    "feed budget ok",
    "splunk health ok",
    "splunk token ok",
    "splunk acknowledgement ok",
    "splunk index ok",
    "opencti version ok",
    "opencti rights ok",
    "opencti queue ok",
  ]);
  expect(Object.keys(linesOf(ended)[0]!)).toEqual(["check", "target", "status", "message", "remedy"]);
  expect(setting.hec.events()).toEqual([]);
  expect(platform.state(id)).toBeUndefined();
  expect(existsSync(setting.workplace.state)).toBe(false);
});

test("for people it is one line each, the remedy at its end", async () => {
  const setting = await splunkSetting({ records });
  const { stdout, code } = await runCommand(["check", setting.workplace.config], { environment: freeKey });
  expect(code).toBe(3);
  expect(stdout).toMatch(/^failed +feed +discovery +GET .*HTTP 403 .* → The plan of this key does not include the TAXII feed/m);
  expect(stdout).toMatch(/^ok +splunk +token/m);
});

test("a part that fails stops no other; the first failure decides the code, and no secret is shown", async () => {
  const setting = await splunkSetting({ records });
  const text = await readFile(setting.workplace.config, "utf8");
  await writeFile(setting.workplace.config, text.replace(/token: [\w-]+/, "token: not-the-hec-token"));
  const { section } = await opencti();
  await addToConfig(setting, section("api"));
  const wrongKey = { API_KEY: "sk_live_not_known_to_anybody" };
  const ended = await check(setting, wrongKey);
  expect(ended.code).toBe(3);
  const failed = linesOf(ended).filter(({ status }) => status === "failed");
  expect(failed.map(({ target, check }) => `${target} ${check}`)).toEqual(["feed discovery", "splunk token"]);
  for (const { remedy } of failed) expect(remedy).toMatch(/^Check .*\w{3}/);
  expect(linesOf(ended).filter(({ target }) => target === "opencti")).toHaveLength(3);
  expect(linesOf(ended).find(({ check }) => check === "clock")).toMatchObject({ status: "ok" });
  for (const secret of [wrongKey.API_KEY, "not-the-hec-token"]) expect(JSON.stringify(ended)).not.toContain(secret);
  expect((await check(setting, proKey)).code).toBe(4);
  expect((await check(setting, proKey, "--only", "opencti")).code).toBe(0);
});

test.each<[string, string[], object]>([
  ["a variable that is not set", [], { check: "file", message: expect.stringContaining("API_KEY") }],
  ["a target that is not there", ["--only", "elastic"], { check: "targets", remedy: "The configuration has: splunk." }],
])("%s is a failed line and exit code 2", async (_, flags, line) => {
  const setting = await splunkSetting({ records });
  const ended = await check(setting, flags.length === 0 ? {} : proKey, ...flags);
  expect(ended.code).toBe(2);
  expect(linesOf(ended)).toContainEqual(expect.objectContaining({ target: "configuration", status: "failed", ...line }));
});

test("a time that no timer can wait is refused", async () => {
  const { workplace } = await splunkSetting({ records });
  const ended = await runCommand(["check", workplace.config, "--timeout", "3000000"], { environment: proKey });
  expect([ended.code, ended.log.map(({ message }) => message)]).toEqual([2, [expect.stringContaining("from 1 to 86400")]]);
});

test("a target that never answers costs its own time only", async () => {
  const silent = await listen(() => undefined);
  onTestFinished(() => silent.close());
  const setting = await splunkSetting({ records });
  await addToConfig(
    setting,
    `opencti: { url: "${silent.url}", token: abcdef, connector_id: 1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d }\n`,
  );
  const ended = await check(setting, proKey, "--timeout", "3");
  expect(ended.code).toBe(4);
  expect(linesOf(ended).at(-1)).toMatchObject({ target: "opencti", check: "version", message: "no answer within 3 s" });
  expect(linesOf(ended).filter(({ status }) => status === "failed")).toHaveLength(1);
});

test("what the feed says of its time, its look-back and its limits is told", async () => {
  const headers = { date: new Date(Date.now() - 3_600_000).toUTCString() };
  const late = await splunkSetting({ records, intercept: () => ({ status: 401, body: "{}", headers }) });
  expect(linesOf(await check(late, proKey)).find((line) => line.check === "clock")).toMatchObject({
    status: "warning",
    message: expect.stringMatching(/^this machine's clock is 3[56]\d\d s ahead of the feed's$/),
    remedy: expect.stringContaining("NTP"),
  });
  const limited = await splunkSetting({ records, lookbackDays: 30, rate: { perMinute: 500 } });
  const ended = await check(limited, proKey);
  expect(ended.code).toBe(0);
  expect(linesOf(ended).find((line) => line.check === "collection")).toMatchObject({
    status: "warning",
    message: expect.stringContaining("lookback_exceeded"),
    remedy: expect.stringContaining("feed.start"),
  });
  expect(linesOf(ended).find((line) => line.check === "budget")?.message).toMatch(/^500 units a minute, 49\d(\.\d)? left/);
});

test("spending is counted where the key has an account, and a held lock is told", async () => {
  const setting = await splunkSetting({ records });
  await runCommand(["run", setting.workplace.config, "--once"], { environment: proKey });
  const ended = await withDirectoryLock(setting.workplace.state, { log: silentLogger }, () => check(setting, proKey));
  expect(ended.code).toBe(0);
  expect(linesOf(ended).find((line) => line.check === "lock")).toMatchObject({
    status: "warning",
    message: expect.stringMatching(new RegExp(`^held by process ${process.pid} `)),
  });
  expect(linesOf(ended).find((line) => line.check === "budget")?.message).toMatch(/; [1-9]\d* of 1000000 spent in 24 hours$/);
});

test.each<[string, Partial<HecOptions>, string, object]>([
  ["acknowledgement that is asked for and off", {}, "acknowledgement: required", { check: "acknowledgement", status: "failed" }],
  ["acknowledgement that is on", { acknowledgement: true }, "acknowledgement: auto", { check: "acknowledgement", status: "ok" }],
  ["acknowledgement that is refused and on", { acknowledgement: true }, "acknowledgement: off", { status: "failed" }],
  ["an index, which only an event proves", {}, "index: threat", { check: "index", status: "warning" }],
])("splunk: %s", async (_, options, written, line) => {
  const setting = await splunkSetting({ records }, options);
  const text = await readFile(setting.workplace.config, "utf8");
  await writeFile(setting.workplace.config, text.replace("index: , ca_file: ", written));
  const ended = await check(setting, proKey);
  expect(linesOf(ended)).toContainEqual(expect.objectContaining({ target: "splunk", ...line }));
  expect(setting.hec.events()).toEqual([]);
});

test("opencti: the broker is tried as soon as the platform names it", async () => {
  const setting = await splunkSetting({ records });
  const closed = await listen(() => undefined);
  await closed.close();
  const { platform, section, id } = await opencti({ host: "127.0.0.1", port: Number(new URL(closed.url).port) });
  await addToConfig(setting, section("amqp"));
  const before = await check(setting, proKey, "--only", "opencti");
  expect(before.code).toBe(0);
  expect(linesOf(before).at(-1)).toMatchObject({ check: "broker", status: "warning" });
  platform.putState(id, "");
  const after = await check(setting, proKey, "--only", "opencti");
  expect(after.code).toBe(4);
  expect(linesOf(after).at(-2)).toMatchObject({ check: "queue", status: "ok", message: expect.stringContaining("2.5 MB") });
  expect(linesOf(after).at(-1)).toMatchObject({ check: "broker", status: "failed", remedy: expect.stringContaining("opencti.mq") });
  expect(JSON.stringify(after)).not.toContain("broker-password");
});
