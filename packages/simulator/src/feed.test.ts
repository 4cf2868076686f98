import { expect, onTestFinished, test } from "vitest";
import { simulatedKeys } from "./authentication.ts";
import { startFeed, type FeedOptions } from "./feed.ts";

const records = Array.from({ length: 6 }, (_, index) => ({
  date_added: `2026-05-01T00:00:00.00000${index}Z`,
  object: { type: "indicator", id: `indicator--${index}`, pattern: index < 4 ? "[ipv4-addr:value = 'x']" : "[url:value = 'x']" },
}));

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { objects?: { type: string; id: string }[]; more?: boolean; next?: string };
}

/** Asks for objects as a client would. */
async function asking(options: Partial<FeedOptions>): Promise<(query: string) => Promise<Answered>> {
  const feed = await startFeed({ records, ...options });
  onTestFinished(() => feed.close());
  const headers = { accept: "application/taxii+json;version=2.1", "x-api-key": simulatedKeys.pro };
  return async (query) => {
    const response = await fetch(`${feed.endpoint}api/collections/soc-defenders-all/objects/?${query}`, { headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answered["body"] };
  };
}

const idsOf = ({ body }: Answered): string[] => (body.objects ?? []).map(({ id }) => id.replace("indicator--", ""));

test("a popped cursor asked twice gives the page after it, as the reference server does; a stateless one the same again", async () => {
  for (const [next, expected] of [
    ["popped", ["4", "5"]],
    ["stateless", ["2", "3"]],
  ] as const) {
    const ask = await asking({ container: "envelope", next });
    const { body } = await ask("limit=2");
    expect(idsOf(await ask(`limit=2&next=${body.next}`))).toEqual(["2", "3"]);
    expect(idsOf(await ask(`limit=2&next=${body.next}`))).toEqual(expected);
  }
});

test("a cursor is refused for other parameters, when it is unknown, and when its walk is too old", async () => {
  const ask = await asking({ container: "envelope", cursorRequests: 1 });
  const first = await ask("limit=2");
  expect((await ask(`limit=2&added_after=2026-01-01T00:00:00Z&next=${first.body.next}`)).status).toBe(400);
  expect((await ask("limit=2&next=made-up")).status).toBe(400);
  const { body } = await ask("limit=2");
  const second = await ask(`limit=2&next=${body.next}`);
  expect(second.status).toBe(200);
  expect((await ask(`limit=2&next=${second.body.next}`)).status).toBe(400);
});

test("the identity takes a place of the limit where it counts", async () => {
  const ask = await asking({ identityCounts: true });
  expect((await ask("limit=3")).body.objects?.map(({ type }) => type)).toEqual(["identity", "indicator", "indicator"]);
});

test.each([
  ["prose", "match[type]=url", ["4", "5"]],
  ["prose", "type=indicator", ["0", "1", "2", "3", "4", "5"]],
  ["spec", "match[type]=url", []],
  ["spec", "match[type]=indicator", ["0", "1", "2", "3", "4", "5"]],
  ["ignored", "match[type]=url", ["identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e", "0", "1", "2", "3", "4", "5"]],
] as const)("filters as %s has it: %s", async (filters, query, expected) => {
  expect(idsOf(await (await asking({ filters }))(query))).toEqual(expected);
});

test("headers keep as much of the time as they are told to", async () => {
  const last = "x-taxii-date-added-last";
  expect((await (await asking({ headerPrecision: "millisecond" }))("")).headers.get(last)).toBe("2026-05-01T00:00:00.000Z");
  expect((await (await asking({ dateHeaders: "mitre" }))("")).headers.get(last)).toBe("Fri 01 May 2026 00:00:00 GMT+0000");
  expect((await (await asking({ dateHeaders: "none" }))("")).headers.get(last)).toBeNull();
});

test("a full last page may say more, with nothing behind it", async () => {
  const ask = await asking({ container: "envelope", moreTooOften: true });
  const { body } = await ask("limit=6");
  expect(body.more).toBe(true);
  expect((await ask(`limit=6&next=${body.next}`)).body).toEqual({});
});

test("the same seed gives the same faults", async () => {
  const statuses = async (seed: number): Promise<number[]> => {
    const ask = await asking({ seed, faults: [{ kind: "teapot", when: { share: 0.5 } }] });
    const seen: number[] = [];
    for (let request = 0; request < 12; request += 1) seen.push((await ask("")).status);
    return seen;
  };
  expect(await statuses(3)).toEqual(await statuses(3));
  expect(new Set(await statuses(3))).toEqual(new Set([200, 418]));
});
