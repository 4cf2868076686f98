import {
  createCircuit,
  createFeedSender,
  createHttpClient,
  createRateLimiter,
  createTaxiiClient,
  parseFeedConfig,
  type TaxiiClient,
} from "@socdefenders/shared";
import { simulatedKeys, startFeed, type FeedOptions } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { indicator } from "./feed.ts";

const signal = new AbortController().signal;
const root = "/api/taxii2/api/";

/** What the documented feed does not have, by path and query; everything else is the feed's own. */
async function openClient(answers: Readonly<Record<string, unknown>>): Promise<TaxiiClient> {
  const intercept: FeedOptions["intercept"] = ({ path, query }) => {
    const address = query.size === 0 ? path : `${path}?${query.toString()}`;
    return address in answers ? { status: 200, body: JSON.stringify(answers[address]) } : undefined;
  };
  const server = await startFeed({ records: [], intercept });
  onTestFinished(() => server.close());
  const http = createHttpClient({ userAgent: "test" });
  onTestFinished(() => http.close());
  const limiter = createRateLimiter({ perMinute: 1000, perDay: 1_000_000 });
  const config = parseFeedConfig({ endpoint: server.endpoint, api_key: simulatedKeys.pro });
  return createTaxiiClient(config, createFeedSender({ http, limiter, circuit: createCircuit() }));
}

test("a server that has them answers for itself, its API root, a collection, a manifest, an object and its versions", async () => {
  const object = indicator(1);
  const id = String(object["id"]);
  const collection = {
    id: "a/b c",
    title: "Odd",
    can_read: true,
    can_write: false,
    media_types: ["application/stix+json;version=2.1"],
  };
  const record = { id, date_added: "2026-05-01T00:00:00.000001Z", version: "2026-05-01T00:00:00.000Z" };
  const client = await openClient({
    [root]: { title: "Root", versions: ["application/taxii+json;version=2.1"], max_content_length: 9_765_625 },
    [`${root}collections/a%2Fb%20c/`]: collection,
    [`${root}collections/a%2Fb%20c/manifest/?added_after=2026-01-01T00%3A00%3A00Z&limit=10`]: {
      more: true,
      next: "n",
      objects: [record],
    },
    [`${root}collections/a%2Fb%20c/manifest/`]: {},
    [`${root}collections/a%2Fb%20c/objects/${id}/`]: { objects: [object] },
    [`${root}collections/a%2Fb%20c/objects/${id}/?match%5Bversion%5D=all`]: { objects: [object, object] },
    [`${root}collections/a%2Fb%20c/objects/${id}/versions/`]: { versions: ["2026-05-01T00:00:00.000Z"] },
  });
  expect(await client.discovery(signal)).toMatchObject({ title: expect.stringContaining("SOC Defenders") });
  expect(await client.apiRoot(signal)).toMatchObject({ title: "Root", max_content_length: 9_765_625 });
  expect(await client.collection("a/b c", signal)).toMatchObject(collection);
  const first = await client.manifest("a/b c", { addedAfter: "2026-01-01T00:00:00Z", limit: 10 }, signal);
  expect(first).toMatchObject({ objects: [record], more: true, next: "n" });
  expect(await client.manifest("a/b c", {}, signal)).toEqual({ objects: [], more: undefined, next: undefined });
  expect(await client.object("a/b c", id, "last", signal)).toEqual([object]);
  expect(await client.object("a/b c", id, "all", signal)).toHaveLength(2);
  expect(await client.versions("a/b c", id, signal)).toEqual(["2026-05-01T00:00:00.000Z"]);
});

test("a server that does not have them says 404, and the error says what that means", async () => {
  const client = await openClient({});
  await expect(client.manifest("soc-defenders-all", {}, signal)).rejects.toMatchObject({ name: "FeedError", status: 404 });
  await expect(client.object("soc-defenders-all", "indicator--1", "last", signal)).rejects.toMatchObject({ status: 404 });
});
