import { createLogger, version, type LogRecord } from "@socdefenders/shared";
import { createSecret } from "@socdefenders/shared";
import { createCertificate, startLogsIngestion, startManagedIdentity, type LogsIngestionOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { healthColumns } from "../health-row.ts";
import { parseLogsConfig } from "../logs/config.test.section.ts";
import { sendHealth, toHealthRow } from "./health.ts";
import { noCounts, type Outcome } from "./outcome.ts";

const now = new Date("2026-05-16T10:00:00Z");
const outcome: Outcome = {
  destination: "logs",
  status: "succeeded",
  counts: { ...noCounts(), read: 12, delivered: 9, skipped: { "identity objects": 1, "filter.max_tlp": 2 }, withheld: { a: 1 } },
  positions: { one: "2026-05-16T09:59:00.000000Z", other: "2026-05-16T09:00:00.500000Z" },
  failures: [],
  durationMs: 1234.6,
};

test("a row has what the run did, and how old the oldest position is", () => {
  expect(toHealthRow(outcome, "run-1", now)).toEqual({
    TimeGenerated: "2026-05-16T10:00:00.000Z",
    RunId: "run-1",
    Destination: "logs",
    Status: "succeeded",
    Read: 12,
    Delivered: 9,
    Skipped: 3,
    SkippedReasons: { "identity objects": 1, "filter.max_tlp": 2 },
    Refused: 0,
    RefusedReasons: {},
    Withheld: 1,
    WithheldReasons: { a: 1 },
    Positions: outcome.positions,
    LagSeconds: 3599.5,
    DurationMs: 1235,
    Version: version,
  });
  expect(toHealthRow({ ...outcome, positions: { one: "2026-05-16T09:59:00Z", none: null } }, "r", now)).not.toHaveProperty(
    "LagSeconds",
  );
  expect(toHealthRow({ ...outcome, positions: {} }, "r", now)).not.toHaveProperty("LagSeconds");
});

test("a failed run says once what several collections met, and the columns are those of the table", () => {
  const failure = { message: "no", remedy: "Wait." };
  const row = toHealthRow(
    { ...outcome, status: "failed", failures: [failure, failure, { message: "other", remedy: "Wait." }] },
    "r",
    now,
  );
  expect(row).toMatchObject({ Error: "no | other", Remedy: "Wait." });
  expect(Object.keys(healthColumns)).toEqual(expect.arrayContaining(Object.keys(row)));
});

test("reasons of which each is different do not make a row larger than a field may be", () => {
  createSecret("secret-of-the-feed");
  const refused = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${"x".repeat(900)} ${index}`, 1]));
  const row = toHealthRow(
    { ...outcome, counts: { ...noCounts(), refused: { ...refused, "has secret-of-the-feed\n": 7 } } },
    "r",
    now,
  );
  expect(row.Refused).toBe(5007);
  expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(64 * 1024);
  expect(row.RefusedReasons).toMatchObject({ "has [redacted] ": 7 });
  expect(Object.values(row.RefusedReasons).reduce((sum, count) => sum + count)).toBe(5007);
});

/** Sends a row to a service that answers as asked; gives what arrived and what was logged. */
async function send(options: Partial<LogsIngestionOptions>, timeoutMs: number = 15_000) {
  const [certificate, identity] = await Promise.all([createCertificate(), startManagedIdentity()]);
  Object.assign(process.env, identity.environment);
  const ruleId = `dcr-${"0123456789abcdef".repeat(2)}`;
  const stream = "Custom-SOCDefendersHealth_CL";
  const streams = { [stream]: Object.keys(healthColumns) };
  const audienceOf = (): string => "https://monitor.azure.com";
  const service = await startLogsIngestion({ tls: certificate, ruleId, streams, audienceOf, ...options });
  onTestFinished(async () => {
    await service.close();
    await identity.close();
  });
  const config = { ...parseLogsConfig({ endpoint: service.url, rule_id: ruleId, stream }), ca: certificate.ca };
  const logged: LogRecord[] = [];
  const log = createLogger((record) => logged.push(record));
  await sendHealth(config, [toHealthRow(outcome, "run-1", now)], timeoutMs, log);
  return { rows: service.rows(), logged, calls: service.received().calls };
}

test("sends rows by way of the rule, once more where the service is busy", async () => {
  const { rows, logged, calls } = await send({
    intercept: (call) => (call === 1 ? { status: 429, headers: { "retry-after-ms": "1" } } : undefined),
  });
  expect(rows).toMatchObject([{ RunId: "run-1", SkippedReasons: { "filter.max_tlp": 2 } }]);
  expect({ logged, calls }).toEqual({ logged: [], calls: 2 });
});

test.each<[string, LogsIngestionOptions["intercept"], number, RegExp]>([
  ["a role that has not spread", () => ({ status: 403 }), 15_000, /Monitoring Metrics Publisher/],
  ["a stream that is not declared", () => ({ status: 400, code: "InvalidStream" }), 15_000, /HEALTH_STREAM/],
  ["columns that are refused", () => ({ status: 400, code: "InvalidPayload" }), 15_000, /SOCDefendersHealth_CL/],
  ["a service that is busy for longer", () => ({ status: 429, headers: { "retry-after": "600" } }), 15_000, /the next run sends/],
  ["a service that never answers", () => "hang", 100, /the next run sends/],
])("%s is a warning with a remedy, and no more", async (_, intercept, timeoutMs, remedy) => {
  const { rows, logged } = await send({ intercept }, timeoutMs);
  expect(rows).toEqual([]);
  expect(logged).toMatchObject([
    { level: "warn", event: "health_not_sent", context: { remedy: expect.stringMatching(remedy) as string } },
  ]);
});
