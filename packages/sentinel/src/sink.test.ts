import { ConfigurationError } from "@socdefenders/shared";
import type { LogsIngestionOptions } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { first, never, row, rows, useReceivers } from "./sink.test.setting.ts";

const { start, open, strangersFile } = useReceivers();

const refuseNamed = (name: string) => ({
  intercept: (_: number, sent: readonly Record<string, unknown>[]) =>
    sent.some((each) => each["Name"] === name) ? { status: 400, code: "InvalidPayload", message: "a row is malformed" } : undefined,
});

test("delivers rows as they are, with a token of the managed identity", async () => {
  const receiver = await start();
  expect(await open(receiver.url).write(rows(3), never)).toEqual([]);
  expect(receiver.rows()).toEqual(rows(3));
  expect(receiver.received()).toEqual({ rows: 3, indicators: 3, calls: 1 });
});

test("cuts a large write into chunks of at most 900,000 bytes on the wire and delivers every row once", async () => {
  const receiver = await start();
  const varied = rows(3000).map((each, place) => ({ ...each, Description: "é€😀\u0007"[place % 4]!.repeat(place % 701) }));
  await open(receiver.url).write(varied, never);
  const arrived = receiver.rows().toSorted((a, b) => String(a["IndicatorId"]).localeCompare(String(b["IndicatorId"])));
  expect(arrived).toEqual(varied);
  expect(receiver.received()).toMatchObject({ rows: 3000, indicators: 3000 });
  expect(Math.max(...receiver.bodies())).toBeLessThanOrEqual(900_000);
  // Not by being timid: all but the last are nearly full.
  const nearlyFull = receiver.bodies().filter((bytes) => bytes > 890_000);
  expect(nearlyFull.length).toBe(receiver.bodies().length - 1);
});

test("refuses a row with a field that Azure Monitor would cut, and delivers the others", async () => {
  const receiver = await start();
  const long = row(9, { ObservableValue: "é".repeat(40_000) });
  expect(await open(receiver.url).write([...rows(2), long], never)).toEqual([
    { item: long, reason: "ObservableValue is larger than the 64 KB Azure Monitor keeps of a field" },
  ]);
  expect(receiver.received().rows).toBe(2);
});

test("halves a chunk the service finds too large, down to a single row", async () => {
  const receiver = await start({ largestBody: 2000 });
  const large = row(5, { Description: "x".repeat(3000) });
  expect(await open(receiver.url).write([...rows(5), large], never)).toMatchObject([
    { item: large, reason: "HTTP 413: larger than the service takes" },
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

test("sends nothing when the signal is aborted already", async () => {
  const receiver = await start();
  await expect(open(receiver.url).write(rows(1), AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(receiver.received().calls).toBe(0);
});

test("says what is wrong with a certificate nobody vouches for, without a second try", async () => {
  const receiver = await start();
  const failure = open(receiver.url, { ca_file: await strangersFile() }).write(rows(1), never);
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

test.each([
  ["public", "https://monitor.azure.com"],
  ["usgovernment", "https://monitor.azure.us"],
  ["china", "https://monitor.azure.cn"],
])("sends a token for the %s cloud, and one for another cloud is refused with advice", async (cloud, audience) => {
  const receiver = await start({ audience });
  await open(receiver.url, { cloud }).write(rows(1), never);
  const other = cloud === "china" ? "public" : "china";
  await expect(open(receiver.url, { cloud: other }).write(rows(1), never)).rejects.toMatchObject({
    message: expect.stringMatching(/HTTP 401: InvalidTokenAudience/) as string,
    remedy: expect.stringMatching(/sentinel\.cloud/) as string,
  });
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

test.each([400, 413])("the check fails for a page with status %i, which is a proxy's and proves nothing", async (status) => {
  const receiver = await start(first({ status, body: "<html>no</html>" }));
  await expect(open(receiver.url).check(never)).rejects.toMatchObject({
    message: expect.stringContaining(`HTTP ${status}`) as string,
    remedy: expect.stringMatching(/proxy/) as string,
  });
});

test.each<[string, Partial<LogsIngestionOptions>, RegExp]>([
  ["rule", { ruleId: `dcr-${"f".repeat(32)}` }, /HTTP 404: NotFound: Data collection rule with immutable Id/],
  ["stream", { streams: {} }, /HTTP 400: InvalidStream/],
  ["address", first({ status: 200, body: "<html>Welcome</html>" }), /HTTP 200/],
  ["role", first({ status: 403, code: "OperationFailed", message: "no access" }), /HTTP 403: OperationFailed: no access/],
])("the check fails for a wrong %s", async (_, options, message) => {
  const receiver = await start(options);
  await expect(open(receiver.url).check(never)).rejects.toThrow(message);
});

test("refuses an endpoint without TLS, even on this machine", () => {
  expect(() => open("http://127.0.0.1:1")).toThrow(ConfigurationError);
});
