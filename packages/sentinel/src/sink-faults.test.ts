import { TargetError } from "@socdefenders/shared";
import type { LogsAnswer, LogsFault } from "@socdefenders/simulator";
import { expect, test, vi } from "vitest";
import { fast, first, never, rows, useReceivers } from "./sink.test.setting.ts";

const { start, open } = useReceivers();

const httpDate = new Date(Date.now() - 1000).toUTCString();
const page = "<html><title>Bad gateway</title></html>";

test.each<[string, LogsAnswer | LogsFault]>([
  ["429 without Retry-After", { status: 429 }],
  ["429 with Retry-After in seconds", { status: 429, headers: { "retry-after": "0" } }],
  ["429 with Retry-After as a date", { status: 429, headers: { "retry-after": httpDate } }],
  ["429 with an unreadable Retry-After", { status: 429, headers: { "retry-after": "soon" } }],
  ["429 with retry-after-ms", { status: 429, headers: { "retry-after-ms": "1" } }],
  ["429 with x-ms-retry-after-ms", { status: 429, headers: { "x-ms-retry-after-ms": "1" } }],
  ["408", { status: 408 }],
  ["500", { status: 500 }],
  ["502 with a proxy's page", { status: 502, body: page }],
  ["503", { status: 503 }],
  ["504", { status: 504, body: "" }],
  ["a connection cut before the answer", "reset"],
  ["an answer cut in the middle", "truncated"],
])("tries again after %s and delivers each row once", async (_, answer) => {
  const receiver = await start(first(answer, answer));
  expect(await open(receiver.url).write(rows(2), never)).toEqual([]);
  expect(receiver.received()).toEqual({ rows: 2, indicators: 2, calls: 3 });
});

test("rows whose answer was lost are sent again: there twice, never missing", async () => {
  const receiver = await start(first("lost"));
  await open(receiver.url).write(rows(2), never);
  expect(receiver.received()).toEqual({ rows: 4, indicators: 2, calls: 2 });
});

test("says why it waits and for how long", async () => {
  const receiver = await start(first({ status: 429, headers: { "retry-after-ms": "2" } }));
  const info = vi.fn<(event: string, message: string, context?: object) => void>();
  const log = { debug: vi.fn<() => void>(), info, warn: vi.fn<() => void>(), error: vi.fn<() => void>() };
  await open(receiver.url, {}, fast, log).write(rows(1), never);
  expect(info).toHaveBeenCalledExactlyOnceWith("retry", expect.stringMatching(/HTTP 429.*trying again in 0\.0 s/), {
    attempt: 1,
    attempts: 3,
    pause_ms: 2,
  });
});

test("waits as long as Retry-After says, and not for the rest of it once the run is stopped", async () => {
  const receiver = await start(first({ status: 429, headers: { "retry-after": "600" } }));
  const interruption = new AbortController();
  const writing = open(receiver.url).write(rows(1), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(1), 8000);
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
  expect(receiver.received()).toEqual({ rows: 0, indicators: 0, calls: 1 });
});

test("ends the run when the service wants to be left alone for longer than a run waits, and says until when", async () => {
  const receiver = await start(first({ status: 429, headers: { "retry-after": "3600" } }));
  await expect(open(receiver.url).write(rows(1), never)).rejects.toMatchObject({
    message: expect.stringMatching(/HTTP 429: .* left alone until 20\d\d-\d\d-\d\dT[\d:.]+Z$/) as string,
    remedy: expect.stringMatching(/nothing is lost/) as string,
  });
  expect(receiver.received().calls).toBe(1);
});

test("gives up after the last try, with what the service said", async () => {
  const receiver = await start({ intercept: () => ({ status: 503, code: "ServerBusy", message: "come back\nlater\u001b[0m" }) });
  const failure = open(receiver.url).write(rows(1), never);
  await expect(failure).rejects.toThrow(TargetError);
  await expect(failure).rejects.toThrow(/^POST https:.*\/dataCollectionRules\/dcr-.*: HTTP 503: ServerBusy: come back.*later/);
  await expect(failure).rejects.not.toThrow("\u001b");
  expect(receiver.received().calls).toBe(3);
});

test("a token that the answer echoes, without the word Bearer too, is in no message", async () => {
  let token = "";
  const receiver = await start({ audienceOf: (given) => (token = given) });
  const failure = open(receiver.url).write(rows(1), never);
  await expect(failure).rejects.toThrow("The token is for [redacted].");
  await expect(failure).rejects.not.toThrow(token);
});

test.each<[string, LogsAnswer, RegExp]>([
  ["401", { status: 401, code: "InvalidToken" }, /Monitoring Metrics Publisher/],
  ["403", { status: 403, code: "OperationFailed" }, /Monitoring Metrics Publisher.*30 minutes.*next run sends the page again/],
  ["403 with a proxy's page", { status: 403, body: page }, /Monitoring Metrics Publisher/],
  ["404", { status: 404, code: "NotFound" }, /rule_id/],
  ["400 for the stream", { status: 400, code: "InvalidStream" }, /sentinel\.stream/],
  ["400 for the version", { status: 400, code: "InvalidApiVersion" }, /sentinel\.rule_id/],
  ["400 for times too far apart", { status: 400, code: "RecordsTimeRangeIsMoreThan30Minutes" }, /TimeGenerated = now\(\)/],
  ["501", { status: 501 }, /sentinel\.endpoint/],
  ["200 with a page, which is not the service's 204", { status: 200, body: page }, /sentinel\.endpoint/],
  ["202", { status: 202, body: "" }, /sentinel\.endpoint/],
  ["302 to itself", { status: 302, headers: { location: "/" } }, /sentinel\.endpoint/],
  ["303 to itself", { status: 303, headers: { location: "/" } }, /sentinel\.endpoint/],
  ["307 to itself", { status: 307, headers: { location: "/" } }, /sentinel\.endpoint/],
])("turns %s into advice and does not repeat it", async (_, answer, remedy) => {
  const receiver = await start(first(answer));
  await expect(open(receiver.url).write(rows(1), never)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining(`HTTP ${answer.status}`) as string,
    remedy: expect.stringMatching(remedy) as string,
  });
  expect(receiver.received()).toEqual({ rows: 0, indicators: 0, calls: 1 });
});

test("ends a request that is never answered and tries again, one request at a time", async () => {
  const receiver = await start(first("hang"));
  await open(receiver.url, {}, { ...fast, timeoutMs: 2000 }).write(rows(1), never);
  expect(receiver.received()).toEqual({ rows: 1, indicators: 1, calls: 2 });
});

test("an interruption during an upload is never taken for success, and nothing more is sent", async () => {
  const receiver = await start({ intercept: () => "hang" });
  const interruption = new AbortController();
  const writing = open(receiver.url).write(rows(2500, { Description: "x".repeat(1000) }), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(3), 8000);
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
  expect(receiver.received()).toEqual({ rows: 0, indicators: 0, calls: 3 });
});

test("a failure ends the write with its own error, not with those it caused", async () => {
  const receiver = await start({ intercept: (call) => (call === 1 ? { status: 403, code: "OperationFailed" } : "hang") });
  await expect(open(receiver.url).write(rows(2500, { Description: "x".repeat(1000) }), never)).rejects.toThrow("HTTP 403");
});

test("stops after ten single rows when none was ever taken: the rule is wrong, and thousands of requests would say no more", async () => {
  const receiver = await start({ intercept: () => ({ status: 400, code: "InvalidPayload", message: "unknown" }) });
  await expect(open(receiver.url).write(rows(1000), never)).rejects.toThrow(/no row was taken: HTTP 400: InvalidPayload/);
  expect(receiver.received().calls).toBe(11);
});

test.each([
  ["the first 200", (place: number) => place <= 200],
  ["three of four", (place: number) => place % 4 !== 1],
])("one good row proves the rule: of 400 rows of which %s are refused the others are delivered once", async (_, isBad) => {
  const bad = new Set(
    rows(400)
      .filter((__, index) => isBad(index + 1))
      .map(({ IndicatorId }) => IndicatorId),
  );
  const receiver = await start({
    intercept: (__, sent) =>
      sent.some(({ IndicatorId }) => bad.has(String(IndicatorId))) ? { status: 400, code: "InvalidPayload" } : undefined,
  });
  const refusals = await open(receiver.url).write(rows(400), never);
  expect(new Set(refusals.map(({ item }) => item.IndicatorId))).toEqual(bad);
  expect(receiver.received()).toMatchObject({ rows: 400 - bad.size, indicators: 400 - bad.size });
});
