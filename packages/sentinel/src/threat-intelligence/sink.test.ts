import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { silentLogger, TargetError, type Clock, type Sink } from "@socdefenders/shared";
import {
  createCertificate,
  startManagedIdentity,
  startThreatIntelligence,
  type RunningManagedIdentity,
  type RunningThreatIntelligence,
  type ThreatIntelligenceOptions,
  type UploadFault,
} from "@socdefenders/simulator";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { parseConfig } from "../config.ts";
import type { ThreatIntelligenceObject } from "./mapping.ts";
import { createThreatIntelligenceSink, type ThreatIntelligenceSinkOptions } from "./sink.ts";

const workspaceId = "11111111-2222-4333-8444-555555555555";
const host = { log: silentLogger, userAgent: "socdefenders-connectors/test" };
const never = new AbortController().signal;
const fast: ThreatIntelligenceSinkOptions = {
  retryPolicy: { attempts: 3, baseMs: 1, maximumMs: 2, repeatUnknown: true },
  timeoutMs: 5000,
};

// Tokens are cached for the whole process, so one identity serves all tests of this file.
let identity: RunningManagedIdentity;
const receivers: RunningThreatIntelligence[] = [];
const sinks: Sink<ThreatIntelligenceObject>[] = [];

beforeAll(async () => {
  identity = await startManagedIdentity();
  for (const [name, value] of Object.entries(identity.environment)) vi.stubEnv(name, value);
});

afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await identity.close();
});

async function start(options: Partial<ThreatIntelligenceOptions> = {}): Promise<RunningThreatIntelligence> {
  const receiver = await startThreatIntelligence({ workspaceIds: [workspaceId], audienceOf: identity.audienceOf, ...options });
  receivers.push(receiver);
  return receiver;
}

function open(
  endpoint: string,
  section: Record<string, unknown> = {},
  options: ThreatIntelligenceSinkOptions = fast,
): Sink<ThreatIntelligenceObject> {
  const { threatIntelligence } = parseConfig(
    { destinations: ["threat-intelligence"], threat_intelligence_endpoint: endpoint, workspace_id: workspaceId, ...section },
    "sentinel",
  );
  if (threatIntelligence === undefined) throw new Error("the section does not ask for it");
  const sink = createThreatIntelligenceSink(threatIntelligence, host, options);
  sinks.push(sink);
  return sink;
}

/** Lets the first requests down as told, then answers as usual. */
const first = (...faults: readonly UploadFault[]) => ({ intercept: (call: number) => faults[call - 1] });
const answer = (status: number, body: unknown = {}) => ({ status, body: JSON.stringify(body) });
/** Answers 400, without a word about which, whenever one of these is in the request. */
const refuseNamed = (...names: readonly string[]) => ({
  intercept: (_: number, objects: readonly Readonly<Record<string, unknown>>[]) =>
    objects.some(({ name }) => names.includes(String(name))) ? answer(400, { message: "Bad format" }) : undefined,
});

function object(number: number, change: Partial<ThreatIntelligenceObject> = {}): ThreatIntelligenceObject {
  return {
    type: "indicator",
    id: `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    created: "2026-05-16T08:00:00.000Z",
    modified: "2026-05-16T09:30:00.000Z",
    pattern: "[ipv4-addr:value = '198.51.100.3']",
    pattern_type: "stix",
    valid_from: "2026-05-16T08:00:00.000Z",
    valid_until: "2026-06-15T08:00:00.000Z",
    ...change,
  };
}

const objects = (count: number): ThreatIntelligenceObject[] => Array.from({ length: count }, (_, number) => object(number));

/** A clock whose waits end at once, and what was waited. */
function createClock(): Clock & { readonly waited: number[] } {
  let time = 0;
  const waited: number[] = [];
  return {
    waited,
    now: () => time,
    async wait(ms, signal) {
      await turn();
      signal?.throwIfAborted();
      waited.push(ms);
      time += ms;
    },
  };
}

test("delivers objects as they are, 100 a request, with a token of the managed identity", async () => {
  const receiver = await start();
  expect(await open(receiver.url).write(objects(250), never)).toEqual([]);
  expect(receiver.objects().toSorted((a, b) => String(a["id"]).localeCompare(String(b["id"])))).toEqual(objects(250));
  expect(receiver.received()).toEqual({ objects: 250, indicators: 250, calls: 3, throttled: 0 });
});

test("over HTTPS with an authority of one's own", async () => {
  const certificate = await createCertificate();
  const directory = await mkdtemp(join(tmpdir(), "sentinel-ti-"));
  const caFile = join(directory, "ca.pem");
  writeFileSync(caFile, certificate.ca);
  const receiver = await start({ tls: certificate });
  await open(receiver.url, { ca_file: caFile }).write(objects(1), never);
  expect(receiver.received().objects).toBe(1);
  await expect(open(receiver.url).write(objects(1), never)).rejects.toMatchObject({
    exitCode: 4,
    remedy: expect.stringMatching(/ca_file/) as string,
  });
  await rm(directory, { recursive: true });
});

test("refuses what the service names in a 200 and never sends it again; the others are delivered, once", async () => {
  const receiver = await start(first({ refuse: [1, 7] }));
  const items = objects(10);
  expect(await open(receiver.url).write(items, never)).toEqual([
    { item: items[1], reason: "Error for Property=pattern: Simulated refusal." },
    { item: items[7], reason: "Error for Property=pattern: Simulated refusal." },
  ]);
  expect(receiver.stored()).toHaveLength(8);
  expect(receiver.received().calls).toBe(1);
});

test("refuses all where the service names all, whatever it may still take later", async () => {
  const receiver = await start();
  const items = objects(3).map((item) => ({ ...item, valid_until: item.valid_from }));
  const refused = await open(receiver.url).write(items, never);
  expect(refused.map(({ item }) => item)).toEqual(items);
  expect(refused[0]?.reason).toBe("Error for Property=valid_until: Must be greater than valid_from.");
});

test("an error that names no object of the request is looked into until the object stands alone", async () => {
  const receiver = await start({
    intercept: (_, sent) =>
      sent.some(({ name }) => name === "bad") ? answer(200, { errors: [{ recordIndex: 999, errorMessages: ["odd"] }] }) : undefined,
  });
  const bad = object(9, { name: "bad" });
  expect(await open(receiver.url).write([...objects(5), bad], never)).toEqual([{ item: bad, reason: "odd" }]);
  expect(receiver.received().objects).toBe(5);
});

test("an error that cannot be read neither stops the delivery nor passes over an object", async () => {
  const receiver = await start({
    intercept: (_, sent) => (sent.some(({ name }) => name === "bad") ? answer(200, { errors: [null] }) : undefined),
  });
  const bad = object(9, { name: "bad" });
  const reason = "refused by the upload API without a reason";
  expect(await open(receiver.url).write([...objects(150), bad], never)).toEqual([{ item: bad, reason }]);
  expect(receiver.received().objects).toBe(150);
});

test("an answer that drips is ended like one that never comes: one time limit for all of it", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credential = { getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Infinity }) };
  const once = { ...fast, credential, retryPolicy: { attempts: 1, baseMs: 1, maximumMs: 1, repeatUnknown: true }, timeoutMs: 1500 };
  await expect(open(`http://127.0.0.1:${port}`, {}, once).write(objects(1), never)).rejects.toThrow("the answer stopped half-way");
  server.close();
});

test("finds the object that spoils a request and refuses only that one", async () => {
  const receiver = await start(refuseNamed("bad"));
  const bad = object(9, { name: "bad" });
  expect(await open(receiver.url).write([bad, ...objects(8)], never)).toEqual([{ item: bad, reason: "HTTP 400: Bad format" }]);
  expect(receiver.received().objects).toBe(8);
});

test("refuses nothing while nothing was ever taken: then the request is wrong and not the objects", async () => {
  const receiver = await start({ intercept: () => answer(400, { message: "Bad format" }) });
  await expect(open(receiver.url).write(objects(2), never)).rejects.toThrow(
    /^POST http:.*: no object was taken: HTTP 400: Bad format$/,
  );
});

test("stops after a hundred single objects when none was ever taken: at the pace, a page of them would take the whole run", async () => {
  const receiver = await start({ requestsPerMinute: Infinity, intercept: () => answer(400, { message: "Bad format" }) });
  const writing = open(receiver.url, {}, { ...fast, clock: createClock() }).write(objects(1000), never);
  await expect(writing).rejects.toThrow(/no object was taken: HTTP 400: Bad format$/);
  expect(receiver.received().calls).toBeLessThan(300);
});

test("halves a request that is too large", async () => {
  const receiver = await start({ intercept: (_, sent) => (sent.length > 2 ? answer(413) : undefined) });
  expect(await open(receiver.url).write(objects(7), never)).toEqual([]);
  expect(receiver.received().objects).toBe(7);
});

test.each<[string, UploadFault]>([
  ["500", answer(500)],
  ["503", answer(503)],
  ["a connection that is cut", "reset"],
  ["an answer that is lost on its way", "reset-after-storing"],
  ["a page in the place of the answer", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }],
  ["half of an answer", { status: 200, body: '{"errors":[{"recordIn' }],
])("tries again after %s, and the store holds each object once", async (_, fault) => {
  const receiver = await start(first(fault, fault));
  expect(await open(receiver.url).write(objects(2), never)).toEqual([]);
  expect(receiver.received()).toMatchObject({ objects: 2, calls: 3 });
});

test("gives up after the last try, with what the service said", async () => {
  const receiver = await start({ intercept: () => answer(503, { message: "come back later" }) });
  const failure = open(receiver.url).write(objects(1), never);
  await expect(failure).rejects.toThrow(TargetError);
  await expect(failure).rejects.toThrow(/^POST http:.*\/workspaces\/.*:upload: HTTP 503: come back later$/);
  expect(receiver.received().calls).toBe(3);
});

test("waits as long as a 429 says, with everything that shares the limit, and loses nothing", async () => {
  const clock = createClock();
  const wait = { statusCode: 429, message: "Rate limit is exceeded. Try again in 17 seconds." };
  const receiver = await start(first(...Array.from({ length: 7 }, () => answer(429, wait))));
  expect(await open(receiver.url, {}, { ...fast, clock }).write(objects(150), never)).toEqual([]);
  expect(receiver.received().objects).toBe(150);
  expect(clock.now()).toBeGreaterThanOrEqual(3 * 17_000);
});

test("where a 429 asks for longer than anybody waits, the run ends with it and the page is sent again", async () => {
  const receiver = await start({ intercept: () => ({ ...answer(429), headers: { "retry-after": "86400" } }) });
  await expect(open(receiver.url).write(objects(1), never)).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringMatching(/HTTP 429/) as string,
    remedy: expect.stringMatching(/same identity/) as string,
  });
});

test("a 429 without end is not waited for without end", async () => {
  const clock = createClock();
  const receiver = await start({ intercept: () => answer(429, { message: "Try again in 60 seconds." }) });
  await expect(open(receiver.url, {}, { ...fast, clock }).write(objects(1), never)).rejects.toThrow(/HTTP 429/);
  expect(receiver.received().calls).toBe(16);
});

test("waiting for the pace ends when the run is stopped", async () => {
  const receiver = await start({ intercept: () => answer(429, { message: "Try again in 600 seconds." }) });
  const interruption = new AbortController();
  const writing = open(receiver.url).write(objects(1), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(1));
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
});

test.each<[number, RegExp]>([
  [403, /Microsoft Sentinel Contributor on the workspace.*30 minutes/],
  [404, /sentinel\.workspace_id/],
  [301, /sentinel\.threat_intelligence_endpoint/],
])("turns %d into advice and does not repeat it", async (status, remedy) => {
  const receiver = await start(first(answer(status)));
  await expect(open(receiver.url).write(objects(1), never)).rejects.toMatchObject({
    exitCode: 4,
    remedy: expect.stringMatching(remedy) as string,
  });
  expect(receiver.received().calls).toBe(1);
});

test("asks for a token anew where one is not accepted, once", async () => {
  let tokens = 0;
  const credential = { getToken: () => Promise.resolve({ token: `token-${(tokens += 1)}`, expiresOnTimestamp: Infinity }) };
  const audienceOf = (token: string) => (token === "token-1" ? undefined : "https://management.azure.com");
  const receiver = await start({ audienceOf });
  expect(await open(receiver.url, {}, { ...fast, credential }).write(objects(1), never)).toEqual([]);
  expect(tokens).toBe(2);

  const strict = await start({ audienceOf: () => undefined });
  const failure = open(strict.url, {}, { ...fast, credential }).write(objects(1), never);
  await expect(failure).rejects.toMatchObject({ remedy: expect.stringMatching(/Microsoft Sentinel Contributor/) as string });
  expect(strict.received().calls).toBe(2);
});

test("a server that echoes the token puts it into no error", async () => {
  const credential = { getToken: () => Promise.resolve({ token: "ey-secret-token", expiresOnTimestamp: Infinity }) };
  const receiver = await start({
    audienceOf: () => "https://management.azure.com",
    intercept: () => answer(403, { message: "token ey-secret-token is not good enough" }),
  });
  const error = await open(receiver.url, {}, { ...fast, credential })
    .write(objects(1), never)
    .catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ message: expect.stringMatching(/token \[redacted\] is not good enough$/) as string });
});

test("says what to do when there is no such identity, or it does not answer", async () => {
  const receiver = await start();
  const unknown = open(receiver.url, { client_id: "11111111-2222-4333-8444-555555555555" }).write(objects(1), never);
  const advice = { exitCode: 4, message: expect.stringMatching(/^no token for POST/) as string };
  await expect(unknown).rejects.toMatchObject({ ...advice, remedy: expect.stringMatching(/client_id/) as string });
  const silent = { getToken: () => new Promise<never>(() => undefined) };
  await expect(open(receiver.url, {}, { timeoutMs: 50, credential: silent }).write(objects(1), never)).rejects.toMatchObject(
    advice,
  );
});

test("asks for the token of the configured cloud", async () => {
  const receiver = await start({ audience: "https://management.usgovcloudapi.net" });
  await open(receiver.url, { cloud: "usgovernment" }).write(objects(1), never);
  await expect(open(receiver.url).write(objects(1), never)).rejects.toThrow(/HTTP 401/);
  expect(receiver.received().objects).toBe(1);
});

test("ends a request that is never answered and tries again", async () => {
  const receiver = await start(first("hang"));
  await open(receiver.url, {}, { ...fast, timeoutMs: 300 }).write(objects(1), never);
  expect(receiver.received()).toMatchObject({ objects: 1, calls: 2 });
});

test("an interruption during an upload is never taken for success", async () => {
  const receiver = await start({ intercept: () => "hang" });
  const interruption = new AbortController();
  const writing = open(receiver.url).write(objects(700), interruption.signal);
  await vi.waitFor(() => expect(receiver.received().calls).toBe(5));
  interruption.abort(new Error("stop"));
  await expect(writing).rejects.toThrow("stop");
});

test("of two versions in one write the later one arrives last, however slow the first is", async () => {
  const receiver = await start(first("reset", "reset"));
  const older = objects(300);
  const newer = object(0, { revoked: true, modified: "2026-05-17T00:00:00.000Z" });
  await open(receiver.url).write([...older, newer], never);
  expect(receiver.stored().at(-1)).toBe(newer.id);
  expect(receiver.objects().find(({ id }) => id === newer.id)).toEqual(newer);
});

test("the check passes where objects would be taken, whatever is said of the empty list, and stores nothing", async () => {
  const receiver = await start(first({ status: 200 }, answer(400, { message: "stixobjects is empty" })));
  const sink = open(receiver.url);
  await sink.check(never);
  await sink.check(never);
  expect(receiver.received()).toMatchObject({ objects: 0, calls: 2 });
});

test.each<[string, Partial<ThreatIntelligenceOptions>, RegExp]>([
  ["workspace", { workspaceIds: [] }, /HTTP 404: Workspace 11111111-.* was not found/],
  ["token", { audience: "https://other" }, /HTTP 401: Unauthorized/],
  ["role", first(answer(403, { message: "no access" })), /HTTP 403: no access/],
])("the check fails for a wrong %s", async (_, options, message) => {
  const receiver = await start(options);
  await expect(open(receiver.url).check(never)).rejects.toThrow(message);
});
