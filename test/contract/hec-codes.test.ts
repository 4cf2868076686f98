import { createLogger, parseStixObject, silentLogger, type Logger } from "@socdefenders/shared";
import { createSink, map, parseConfig, type SplunkEvent } from "@socdefenders/splunk";
import { listen, startHec, type HecEvent, type HecFault, type HecOptions } from "@socdefenders/simulator";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";

// Every answer of the HTTP Event Collector, and what becomes of the events it is about.
const token = "code-table-token";
const signal = new AbortController().signal;
const timing = { retryPolicy: { attempts: 3, baseMs: 1, maximumMs: 1, repeatUnknown: true }, leaveOutMs: 60_000, pollMs: 1 };

const idOf = (number: number): string => `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

function events(count: number): SplunkEvent[] {
  return Array.from({ length: count }, (_, number) => {
    const time = "2026-05-01T00:00:00Z";
    const pattern = `[domain-name:value = 'h${number}.example']`;
    const content = { type: "indicator", id: idOf(number), pattern, created: time, modified: time, valid_from: time };
    const parsed = parseStixObject(content);
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : parsed;
    return "items" in mapped ? [...mapped.items] : [];
  }).flat();
}

async function setting(options: Partial<HecOptions> = {}, section: Record<string, unknown> = {}, log: Logger = silentLogger) {
  const hec = await startHec({ token, ...options });
  onTestFinished(() => hec.close());
  const config = parseConfig({ endpoint: hec.url, token, acknowledgement_timeout_ms: 100, ...section }, "splunk");
  const sink = createSink(config, { log, userAgent: "test" }, timing);
  onTestFinished(() => sink.close());
  return { hec, sink, ids: () => hec.events().map(({ event }) => (event as SplunkEvent).indicator_id) };
}

/** Answers the first requests with the given faults, one each. */
function first(...faults: HecFault[]): (batch: number) => HecFault | undefined {
  return (batch) => faults[batch - 1];
}

const code = (number: number, status: number, text = "as documented"): HecFault => ({ status, body: { text, code: number } });

describe("taken", () => {
  test.each([0, 24, 25])("200 code %i is taken and not sent again", async (number) => {
    let requests = 0;
    const { sink } = await setting({ intercept: () => ((requests += 1), code(number, 200)) });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(requests).toBe(1);
  });
});

describe("comes back", () => {
  test.each([
    [8, 500],
    [9, 503],
    [18, 503],
    [19, 503],
    [20, 503],
    [23, 503],
    [26, 429],
    [27, 429],
  ])("code %i with HTTP %i is tried again", async (number, status) => {
    const { sink, ids } = await setting({ intercept: first(code(number, status), code(number, status)) });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(ids()).toHaveLength(3);
  });

  test.each([429, 500, 502, 503, 504])("an HTML answer with HTTP %i is tried again", async (status) => {
    const { sink, ids } = await setting({ intercept: first({ status, body: "<html>gateway</html>" }) });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(ids()).toHaveLength(3);
  });

  test("a connection that breaks before or after Splunk stored is tried again: twice there, never lost", async () => {
    const { sink, ids } = await setting({
      intercept: first("reset"),
      interceptAnswer: (batch) => (batch === 2 ? "reset" : undefined),
    });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(new Set(ids())).toHaveLength(3);
    expect(ids()).toHaveLength(6);
  });

  test("an answer that never comes is waited for no longer than timeout_ms", async () => {
    const { sink, ids } = await setting({ intercept: first("silence") }, { timeout_ms: 100 });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(ids()).toHaveLength(3);
  });

  test("what stays busy is an error that says so", async () => {
    const { sink, ids } = await setting({ intercept: () => code(9, 503, "Server is busy") });
    await expect(sink.write(events(3), signal)).rejects.toMatchObject({ exitCode: 4, remedy: expect.stringMatching(/busy/) });
    expect(ids()).toEqual([]);
  });
});

describe("stops", () => {
  test.each([
    [1, 403, /enable it in Settings/],
    [2, 401, /Give splunk\.token/],
    [3, 401, /Check splunk\.token/],
    [4, 403, /Check splunk\.token/],
    [5, 400, /splunk\.endpoint/],
    [7, 400, /splunk\.index/],
    [16, 400, /Remove what lies between/],
    [21, 400, /Check splunk\.token/],
    [22, 400, /enable it in Settings/],
  ])("code %i with HTTP %i is an error with advice, after one request", async (number, status, remedy) => {
    let requests = 0;
    const { sink } = await setting({ intercept: () => ((requests += 1), code(number, status)) });
    await expect(sink.write(events(3), signal)).rejects.toMatchObject({
      name: "TargetError",
      exitCode: 4,
      remedy: expect.stringMatching(remedy),
    });
    expect(requests).toBe(1);
  });

  test.each([
    [200, "<html>Log in</html>"],
    [200, { text: "Success" }],
    [200, { text: "OK", code: 99 }],
    [201, { text: "Success", code: 0 }],
    [302, ""],
    [404, { text: "The requested URL was not found on this server.", code: 404 }],
  ])("HTTP %i with %j is no success", async (status, body) => {
    const { sink } = await setting({ intercept: () => ({ status, body }) });
    await expect(sink.write(events(3), signal)).rejects.toMatchObject({ remedy: expect.stringMatching(/HTTP Event Collector/) });
  });
});

describe("set aside", () => {
  const badOnes = (bad: ReadonlySet<string>, answer: (place: number) => HecFault) => (_: number, batch: readonly HecEvent[]) => {
    const place = batch.findIndex(({ event }) => bad.has((event as SplunkEvent).indicator_id));
    return place < 0 ? undefined : answer(place);
  };

  test.each([6, 12, 13, 15])("code %i: the event goes to the dead letters, all others are delivered once", async (number) => {
    const bad = new Set([idOf(0), idOf(3), idOf(9)]);
    const answer = (place: number) => ({ status: 400, body: { text: "no", code: number, "invalid-event-number": place } });
    const { sink, ids } = await setting({ intercept: badOnes(bad, answer) });
    const refusals = await sink.write(events(10), signal);
    expect(new Set(refusals.map(({ item }) => item.indicator_id))).toEqual(bad);
    expect(refusals[0]?.reason).toBe(`HEC code ${number}: no`);
    expect(ids().toSorted()).toEqual(
      events(10)
        .map((event) => event.indicator_id)
        .filter((id) => !bad.has(id)),
    );
  });

  test("any set of refused events is found, whether Splunk names the place or not, in requests that grow with the set", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(299), { maxLength: 30 }), fc.boolean(), async (places, isNamed) => {
        const bad = new Set(places.map(idOf));
        let sent = 0;
        const refuse = badOnes(bad, (place) => ({
          status: 400,
          body: { text: "no", code: 6, ...(isNamed && { "invalid-event-number": place }) },
        }));
        const hec = await startHec({ token, intercept: (number, batch) => ((sent += batch.length), refuse(number, batch)) });
        const sink = createSink(
          parseConfig({ endpoint: hec.url, token }, "splunk"),
          { log: silentLogger, userAgent: "test" },
          timing,
        );
        const refusals = await sink.write(events(300), signal);
        await sink.close();
        await hec.close();
        expect(new Set(refusals.map(({ item }) => item.indicator_id))).toEqual(bad);
        expect(hec.events()).toHaveLength(300 - bad.size);
        expect(sent).toBeLessThanOrEqual(isNamed ? 300 * 2 + bad.size * 50 : 300 * 2 + bad.size * 600);
      }),
      { numRuns: 15 },
    );
  });

  test("413 halves the batch; an event that is too large alone is refused", async () => {
    const { sink, ids } = await setting({ largestBody: 3000 });
    const [small, large] = [events(20), { ...events(1)[0]!, indicator_id: "large", description: "x".repeat(4000) }];
    expect((await sink.write([...small, large], signal)).map(({ item }) => item.indicator_id)).toEqual(["large"]);
    expect(ids()).toHaveLength(20);
  });
});

describe("gateways and addresses", () => {
  test("415 turns gzip off for the rest of the run", async () => {
    const compressed: boolean[] = [];
    const { sink, ids } = await setting({
      refusesGzip: true,
      intercept: (_, __, { isCompressed }) => void compressed.push(isCompressed),
    });
    await sink.write(events(3), signal);
    await sink.write(events(3), signal);
    expect(compressed).toEqual([false, false]);
    expect(ids()).toHaveLength(6);
  });

  test("a dead address is left out while another one of the same Splunk answers", async () => {
    let knocks = 0;
    const dead = await listen((request) => ((knocks += 1), request.socket.destroy()));
    onTestFinished(() => dead.close());
    const living = await startHec({ token });
    onTestFinished(() => living.close());
    const { sink } = await setting({}, { endpoint: [dead.url, living.url], concurrency: 1 });
    for (let round = 0; round < 5; round += 1) await sink.write(events(2), signal);
    expect(living.events()).toHaveLength(10);
    expect(knocks).toBe(1);
  });

  test("requests run side by side, and never more than allowed", async () => {
    let most = 0;
    let now = 0;
    const server = await listen((request, response) => {
      most = Math.max(most, (now += 1));
      request.resume().on("end", () => {
        setImmediate(() => {
          now -= 1;
          response.writeHead(200, { "content-type": "application/json" }).end('{"text":"Success","code":0}');
        });
      });
    });
    onTestFinished(() => server.close());
    const { sink } = await setting({}, { endpoint: server.url, concurrency: 3, batch_bytes: 1000 });
    await sink.write(events(200), signal);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe("indexer acknowledgement", () => {
  test("code 10 opens a channel, and a write waits until the indexers have it", async () => {
    const asked: number[] = [];
    const { sink, ids } = await setting({ acknowledgement: true, isIndexed: (_, poll) => (asked.push(poll), poll >= 3) });
    expect(await sink.write(events(3), signal)).toEqual([]);
    expect(asked).toEqual([1, 2, 3]);
    expect(ids()).toHaveLength(3);
  });

  test("what is not acknowledged in time is sent again, and an error in the end", async () => {
    const { sink, ids } = await setting({ acknowledgement: true, isIndexed: (id) => id === 1 });
    expect(await sink.write(events(2), signal)).toEqual([]);
    expect(ids()).toHaveLength(4);
    const never = await setting({ acknowledgement: true, isIndexed: () => false });
    await expect(never.sink.write(events(2), signal)).rejects.toThrow(/no acknowledgement .* sent 3 times .* up to 0\.1 s each/);
  });

  test("a poll that fails is made again; a channel that Splunk dropped is replaced and its events sent again", async () => {
    const { sink, ids } = await setting({
      acknowledgement: true,
      interceptPoll: (poll) => [code(9, 503), "reset" as const, code(11, 400)][poll - 1],
    });
    expect(await sink.write(events(2), signal)).toEqual([]);
    expect(ids()).toHaveLength(4);
  });

  test("polls that bring no list, as from a gateway that does not know the address, are told", async () => {
    const lines: string[] = [];
    const interceptPoll = (poll: number) => (poll === 1 ? { status: 404, body: "<html>not here</html>" } : undefined);
    const log = createLogger(({ event, message }) => lines.push(`${event} ${message}`));
    const { sink } = await setting({ acknowledgement: true, interceptPoll }, {}, log);
    expect(await sink.write(events(2), signal)).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/^acknowledgement_poll .*HTTP 404/)]);
  });

  test("the load balancer's cookie goes with every request, or the poll would ask another node", async () => {
    const { sink, ids } = await setting({ acknowledgement: true, sticky: true, nodes: 2 });
    expect(await sink.write(events(2), signal)).toEqual([]);
    expect(ids()).toHaveLength(2);
  });

  test("batches side by side come to one node from the first on, so that each is sent once", async () => {
    const section = { batch_bytes: 1000, acknowledgement_timeout_ms: 60_000 };
    const { sink, ids } = await setting({ acknowledgement: true, sticky: true, nodes: 2 }, section);
    expect(await sink.write(events(40), signal)).toEqual([]);
    expect(ids()).toHaveLength(40);
  });

  test("ids that begin anew, as at a restart, are believed of nobody: everything open is sent again at once", async () => {
    const section = { batch_bytes: 1000, acknowledgement_timeout_ms: 60_000 };
    let restarted = false;
    const { sink, ids } = await setting(
      { acknowledgement: true, isIndexed: () => restarted, forgets: (accepted) => accepted === 3 && (restarted = true) },
      section,
    );
    expect(await sink.write(events(40), signal)).toEqual([]);
    expect(new Set(ids())).toHaveLength(40);
    expect(ids().length).toBeGreaterThan(40);
  });

  test("a load balancer that keeps nobody at a node ends in an error that says so", async () => {
    const { sink } = await setting({ acknowledgement: true, nodes: 2, isIndexed: () => false }, { batch_bytes: 1000 });
    await expect(sink.write(events(40), signal)).rejects.toMatchObject({ remedy: expect.stringMatching(/sticky sessions/) });
  });

  test("code 11 is answered with a new channel, code 14 with none", async () => {
    const channels: (string | undefined)[] = [];
    const faults = [code(10, 400), code(11, 400), code(14, 400)];
    const { sink, ids } = await setting({ intercept: (batch, _, { channel }) => (channels.push(channel), faults[batch - 1]) });
    expect(await sink.write(events(2), signal)).toEqual([]);
    expect(channels.map((channel) => channel !== undefined)).toEqual([false, true, true, false]);
    expect(channels[1]).not.toBe(channels[2]);
    expect(ids()).toHaveLength(2);
  });

  test("off and required say what the token must be", async () => {
    const off = await setting({ acknowledgement: true }, { acknowledgement: "off" });
    await expect(off.sink.write(events(1), signal)).rejects.toMatchObject({ remedy: expect.stringMatching(/turn it off/) });
    const required = await setting({}, { acknowledgement: "required" });
    await expect(required.sink.write(events(1), signal)).rejects.toMatchObject({
      remedy: expect.stringMatching(/Turn indexer ack/),
    });
  });

  test("a run that is stopped while it waits does not resolve", async () => {
    const stop = new AbortController();
    const { sink } = await setting({ acknowledgement: true, isIndexed: () => (stop.abort(new Error("enough")), false) });
    await expect(sink.write(events(1), stop.signal)).rejects.toThrow("enough");
  });
});
