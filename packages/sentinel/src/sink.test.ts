import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError, silentLogger, TargetError, type Sink } from "@socdefenders/shared";
import {
  createCertificate,
  startLogsIngestion,
  startManagedIdentity,
  type LocalCertificate,
  type LogsAnswer,
  type LogsIngestionOptions,
  type RunningLogsIngestion,
  type RunningManagedIdentity,
} from "@socdefenders/simulator";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { parseLogsConfig } from "./logs/config.test.section.ts";
import { columns, type SentinelRow } from "./mapping.ts";
import { createSink, type SinkOptions } from "./sink.ts";

const ruleId = `dcr-${"0123456789abcdef".repeat(2)}`;
const stream = "Custom-SOCDefendersIndicators_CL";
const host = { log: silentLogger, userAgent: "socdefenders-connectors/test" };
const never = new AbortController().signal;
const fast: SinkOptions = { retryPolicy: { attempts: 3, baseMs: 1, maximumMs: 2, repeatUnknown: true }, timeoutMs: 5000 };

// Tokens are cached for the whole process, so one identity serves all tests of this file.
let identity: RunningManagedIdentity;
let certificate: LocalCertificate;
let directory: string;
const receivers: RunningLogsIngestion[] = [];

beforeAll(async () => {
  identity = await startManagedIdentity();
  for (const [name, value] of Object.entries(identity.environment)) vi.stubEnv(name, value);
  certificate = await createCertificate();
  directory = await mkdtemp(join(tmpdir(), "sentinel-sink-"));
  writeFileSync(join(directory, "ca.pem"), certificate.ca);
});

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await identity.close();
  await rm(directory, { recursive: true });
});

async function start(options: Partial<LogsIngestionOptions> = {}): Promise<RunningLogsIngestion> {
  const streams = { [stream]: Object.keys(columns) };
  const receiver = await startLogsIngestion({ tls: certificate, ruleId, streams, audienceOf: identity.audienceOf, ...options });
  receivers.push(receiver);
  return receiver;
}

function open(endpoint: string, section: Record<string, unknown> = {}, options: SinkOptions = fast): Sink<SentinelRow> {
  const config = parseLogsConfig({ endpoint, rule_id: ruleId, ca_file: join(directory, "ca.pem"), ...section });
  return createSink(config, host, options);
}

/** Answers the first calls as told, then as usual. */
const first = (...answers: readonly (LogsAnswer | "hang")[]) => ({ intercept: (call: number) => answers[call - 1] });

const refuseNamed = (name: string) => ({
  intercept: (_: number, rows: readonly Record<string, unknown>[]) =>
    rows.some((row) => row["Name"] === name) ? { status: 400, code: "InvalidPayload", message: "a row is malformed" } : undefined,
});

function row(number: number, change: Partial<SentinelRow> = {}): SentinelRow {
  return {
    TimeGenerated: "2026-05-16T09:30:00.000Z",
    IndicatorId: `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    ObservableKey: "ipv4-addr:value",
    ObservableValue: "198.51.100.3",
    IocType: "ipv4",
    Partial: false,
    Pattern: "[ipv4-addr:value = '198.51.100.3']",
    Tags: ["cobaltstrike"],
    IndicatorTypes: [],
    ValidFrom: "2026-05-16T08:00:00.000Z",
    Created: "2026-05-16T08:00:00.000Z",
    Modified: "2026-05-16T09:30:00.000Z",
    Revoked: false,
    IsActive: true,
    Collection: "soc-defenders-all",
    SourceSystem: "SOC Defenders",
    References: [],
    ...change,
  };
}

const rows = (count: number, change?: Partial<SentinelRow>): SentinelRow[] =>
  Array.from({ length: count }, (_, place) => row(place, change));

test("delivers rows as they are, with a token of the managed identity", async () => {
  const receiver = await start();
  expect(await open(receiver.url).write(rows(3), never)).toEqual([]);
  expect(receiver.rows()).toEqual(rows(3));
  expect(receiver.received()).toEqual({ rows: 3, indicators: 3, calls: 1 });
});

test("cuts a large write into chunks below the limit and delivers every row once", async () => {
  const receiver = await start({ largestBody: 1_000_000 });
  await open(receiver.url).write(rows(2500, { Description: "é".repeat(500) }), never);
  expect(receiver.received()).toEqual({ rows: 2500, indicators: 2500, calls: 5 });
});

test("refuses a row with a field that Azure Monitor would cut, and delivers the others", async () => {
  const receiver = await start();
  const long = row(9, { Description: "é".repeat(40_000) });
  expect(await open(receiver.url).write([...rows(2), long], never)).toEqual([
    { item: long, reason: "Description is larger than the 64 KB Azure Monitor keeps of a field" },
  ]);
  expect(receiver.received().rows).toBe(2);
});

test.each<[string, LogsAnswer]>([
  ["429 without Retry-After", { status: 429 }],
  ["429 with Retry-After", { status: 429, headers: { "retry-after": "0" } }],
  ["429 with x-ms-retry-after-ms", { status: 429, headers: { "x-ms-retry-after-ms": "1" } }],
  ["500", { status: 500 }],
  ["503", { status: 503 }],
])("tries again after %s", async (_, answer) => {
  const receiver = await start(first(answer, answer));
  await open(receiver.url).write(rows(2), never);
  expect(receiver.received()).toEqual({ rows: 2, indicators: 2, calls: 3 });
});

test("waits as long as Retry-After says", async () => {
  const receiver = await start(first({ status: 429, headers: { "retry-after": "3600" } }));
  const interruption = new AbortController();
  const writing = open(receiver.url).write(rows(1), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(1));
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
  expect(receiver.received()).toEqual({ rows: 0, indicators: 0, calls: 1 });
});

test("gives up after the last try, with what the service said", async () => {
  const receiver = await start({ intercept: () => ({ status: 503, code: "ServerBusy", message: "come back later" }) });
  const failure = open(receiver.url).write(rows(1), never);
  await expect(failure).rejects.toThrow(TargetError);
  await expect(failure).rejects.toThrow(/^POST https:.*\/dataCollectionRules\/dcr-.*: HTTP 503: ServerBusy: come back later$/);
  expect(receiver.received().calls).toBe(3);
});

test.each<[string, LogsAnswer, RegExp]>([
  ["401", { status: 401, code: "InvalidToken" }, /Monitoring Metrics Publisher/],
  ["403", { status: 403, code: "OperationFailed" }, /Monitoring Metrics Publisher.*30 minutes/],
  ["404", { status: 404, code: "NotFound" }, /rule_id/],
  ["400 for the stream", { status: 400, code: "InvalidStream" }, /sentinel\.stream/],
  ["501", { status: 501 }, /sentinel\.endpoint/],
])("turns %s into advice and does not repeat it", async (_, answer, remedy) => {
  const receiver = await start(first(answer));
  await expect(open(receiver.url).write(rows(1), never)).rejects.toMatchObject({
    exitCode: 4,
    remedy: expect.stringMatching(remedy) as string,
  });
  expect(receiver.received().calls).toBe(1);
});

test("halves a chunk the service finds too large, down to a single row", async () => {
  const receiver = await start({ largestBody: 2000 });
  const large = row(5, { Description: "x".repeat(3000) });
  expect(await open(receiver.url).write([...rows(5), large], never)).toMatchObject([
    { item: large, reason: "HTTP 413: larger than Azure Monitor takes" },
  ]);
  expect(receiver.received()).toMatchObject({ rows: 5, indicators: 5 });
});

test("finds the one row that spoils a chunk and refuses only that one", async () => {
  const receiver = await start(refuseNamed("bad"));
  const bad = row(0, { Name: "bad" });
  expect(await open(receiver.url).write([bad, ...rows(8).slice(1)], never)).toMatchObject([
    { item: bad, reason: "HTTP 400: InvalidPayload: a row is malformed" },
  ]);
  expect(receiver.received()).toMatchObject({ rows: 7, indicators: 7 });
});

test("refuses nothing while no row was ever taken: then the rule is wrong and not the rows", async () => {
  const receiver = await start({ intercept: () => ({ status: 400, code: "InvalidPayload", message: "unknown" }) });
  await expect(open(receiver.url).write(rows(2), never)).rejects.toThrow(/no row was taken: HTTP 400: InvalidPayload/);
});

test("ends a request that is never answered and tries again", async () => {
  const receiver = await start(first("hang"));
  await open(receiver.url, {}, { ...fast, timeoutMs: 300 }).write(rows(1), never);
  expect(receiver.received()).toEqual({ rows: 1, indicators: 1, calls: 2 });
});

test("an interruption during an upload is never taken for success", async () => {
  const receiver = await start({ intercept: () => "hang" });
  const interruption = new AbortController();
  const writing = open(receiver.url).write(rows(2500, { Description: "x".repeat(1000) }), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(3));
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
});

test("sends nothing when the signal is aborted already", async () => {
  const receiver = await start();
  await expect(open(receiver.url).write(rows(1), AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(receiver.received().calls).toBe(0);
});

test("says what is wrong with a certificate nobody vouches for, without a second try", async () => {
  const receiver = await start();
  const other = await createCertificate();
  writeFileSync(join(directory, "other.pem"), other.ca);
  const failure = open(receiver.url, { ca_file: join(directory, "other.pem") }).write(rows(1), never);
  await expect(failure).rejects.toMatchObject({ exitCode: 4, remedy: expect.stringMatching(/ca_file/) as string });
});

test("says what to do when there is no such identity", async () => {
  const receiver = await start();
  const failure = open(receiver.url, { client_id: "11111111-2222-4333-8444-555555555555" }).write(rows(1), never);
  await expect(failure).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringMatching(/^no token for POST/) as string,
    remedy: expect.stringMatching(/client_id/) as string,
  });
});

test("asks for the token of the configured cloud", async () => {
  const receiver = await start({ audience: "https://monitor.azure.us" });
  await open(receiver.url, { cloud: "usgovernment" }).write(rows(1), never);
  await expect(open(receiver.url).write(rows(1), never)).rejects.toThrow(/HTTP 401: InvalidTokenAudience/);
  expect(receiver.received().rows).toBe(1);
});

test("the check passes where rows would be taken and stores nothing", async () => {
  const receiver = await start();
  await open(receiver.url).check(never);
  expect(receiver.received()).toEqual({ rows: 0, indicators: 0, calls: 1 });
});

test("the check passes where the service complains of the empty list", async () => {
  const receiver = await start(first({ status: 400, code: "InvalidPayload", message: "empty" }));
  await expect(open(receiver.url).check(never)).resolves.toBeUndefined();
});

test.each<[string, Partial<LogsIngestionOptions>, RegExp]>([
  ["rule", { ruleId: `dcr-${"f".repeat(32)}` }, /HTTP 404: NotFound: Data collection rule with immutable Id/],
  ["stream", { streams: {} }, /HTTP 400: InvalidStream/],
  ["role", first({ status: 403, code: "OperationFailed", message: "no access" }), /HTTP 403: OperationFailed: no access/],
])("the check fails for a wrong %s", async (_, options, message) => {
  const receiver = await start(options);
  await expect(open(receiver.url).check(never)).rejects.toThrow(message);
});

test("refuses an endpoint without TLS, even on this machine", () => {
  expect(() => open("http://127.0.0.1:1")).toThrow(ConfigurationError);
});
