import { openFeed, parseFeedConfig, silentLogger, type Feed, type StixObject } from "@socdefenders/shared";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { startMedallion, user, type Entry, type RunningMedallion, type StixVersion } from "./medallion.ts";

const { signal } = new AbortController();
const mixed = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const tied = "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4";
const distinct = "365fed99-08fa-fdcd-a1b3-fb247eb41d01";
const growing = "52892447-4d7e-4f70-b94d-d7f22742ff63";

let server: RunningMedallion;
beforeAll(async () => {
  server = await startMedallion({
    collections: {
      [mixed]: severalTypesAndVersions(),
      [tied]: Array.from({ length: 1000 }, (_, index) => ({ dateAdded: at(0), object: indicator(index) })),
      [distinct]: Array.from({ length: 1000 }, (_, index) => ({ dateAdded: at(index), object: indicator(index) })),
      [growing]: Array.from({ length: 250 }, (_, index) => ({ dateAdded: at(index), object: indicator(index) })),
    },
  });
  return () => server.close();
}, 120_000);

test("its collections are listed as it holds them", async () => {
  const collections = await open("*").listCollections(signal);
  expect(collections.map(({ id }) => id)).toEqual([mixed, tied, distinct, growing]);
});

test("objects of several types come in their latest version", async () => {
  const objects = await walk(open(mixed));
  expect(versions(objects)).toEqual(
    new Set([
      "indicator--6770298f-0fd8-471a-ab8c-1c658a46574e 2020-03-01T00:00:00.000Z",
      "malware--c0931cc6-c75e-47e5-9036-78fabc95d4ec 2019-01-27T13:49:53.997Z",
      "relationship--2f9a9aa9-108a-4333-83e2-4fb25add0463 2019-01-27T13:49:53.997Z",
    ]),
  );
});

test.each([
  ["that share one date", tied],
  ["that have dates a microsecond apart", distinct],
])("1,000 objects %s all come, each once", async (_, collection) => {
  const objects = await walk(open(collection));
  expect(objects).toHaveLength(1000);
  expect(ids(objects)).toEqual(new Set(Array.from({ length: 1000 }, (_, index) => indicator(index).id)));
});

test("objects added during the walk come in the same walk", async () => {
  const arrivals = [indicator(250), indicator(251), indicator(252)];
  const objects = await walk(open(growing), async () => {
    const arrival = arrivals.shift();
    if (arrival !== undefined) await server.add(growing, [arrival]);
  });
  expect(objects).toHaveLength(253);
  expect(ids(objects)).toEqual(new Set(Array.from({ length: 253 }, (_, index) => indicator(index).id)));
});

test("a wrong password is refused with advice", async () => {
  await expect(open("*", { api_key: "wrong" }).listCollections(signal)).rejects.toMatchObject({
    message: expect.stringContaining("HTTP 401"),
    remedy: expect.stringContaining("feed.api_key"),
  });
});

test("the API root its own sample data names, on another host, sees the key only when that host is trusted", async () => {
  const elsewhere = await startMedallion({
    collections: { [distinct]: [{ dateAdded: at(0), object: indicator(0) }] },
    named: (port) => `http://localhost:${port}`,
  });
  onTestFinished(() => elsewhere.close());
  const { endpoint } = elsewhere;
  await expect(open("*", { endpoint }).listCollections(signal)).rejects.toMatchObject({
    message: expect.stringMatching(/points to http:\/\/localhost:\d+, which must not see the key/),
    remedy: expect.stringContaining("feed.trusted_hosts"),
  });
  expect(await walk(open(distinct, { endpoint, trusted_hosts: ["localhost"] }))).toHaveLength(1);
});

/** A feed with the default settings but for what is given. */
function open(collection: string, settings: Record<string, unknown> = {}): Feed {
  const config = parseFeedConfig({
    endpoint: server.endpoint,
    auth: "basic",
    username: user.name,
    api_key: user.password,
    collections: [collection],
    start: "2016-01-01T00:00:00Z",
    ...settings,
  });
  const feed = openFeed(config, { log: silentLogger, userAgent: "test" });
  onTestFinished(() => feed.close());
  return feed;
}

async function walk(feed: Feed, afterPage: () => Promise<void> = async () => {}): Promise<readonly StixObject[]> {
  const objects: StixObject[] = [];
  for (const collection of await feed.chosenCollections(signal)) {
    for await (const page of feed.source(collection).pages(undefined, signal)) {
      expect(page.unreadable).toEqual([]);
      objects.push(...page.objects);
      await afterPage();
    }
  }
  return objects;
}

const ids = (objects: readonly StixObject[]): Set<string> => new Set(objects.map(({ id }) => id));
const versions = (objects: readonly StixObject[]): Set<string> =>
  new Set(objects.map((object) => `${object.id} ${String(object["modified"])}`));

/** A date so many microseconds after a fixed one. */
const at = (microseconds: number): string => `2020-05-01T00:00:00.${String(microseconds).padStart(6, "0")}Z`;

function indicator(number: number): StixVersion {
  const time = "2020-01-01T00:00:00.000Z";
  const id = `indicator--00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const pattern = `[domain-name:value = 'h${number}.example']`;
  return version("indicator", id, time, { pattern, pattern_type: "stix", valid_from: time });
}

/** As in medallion's own sample data: an indicator that was changed twice, and objects that refer to it. */
function severalTypesAndVersions(): readonly Entry[] {
  const indicatorId = "indicator--6770298f-0fd8-471a-ab8c-1c658a46574e";
  const malwareId = "malware--c0931cc6-c75e-47e5-9036-78fabc95d4ec";
  const once = "2019-01-27T13:49:53.997Z";
  const pattern = { pattern: "[url:value = 'http://x4z9arb.cn/4712/']", pattern_type: "stix", valid_from: once };
  const relationship = { relationship_type: "indicates", source_ref: indicatorId, target_ref: malwareId };
  return [
    version("malware", malwareId, once, { name: "Poison Ivy", is_family: true }),
    version("relationship", "relationship--2f9a9aa9-108a-4333-83e2-4fb25add0463", once, relationship),
    ...["2019-02-01T00:00:00.000Z", "2019-12-01T00:00:00.000Z", "2020-03-01T00:00:00.000Z"].map((modified) =>
      version("indicator", indicatorId, modified, pattern),
    ),
  ].map((object, index) => ({ dateAdded: at(index), object }));
}

function version(type: string, id: string, modified: string, properties: Record<string, unknown>): StixVersion {
  return { type, spec_version: "2.1", id, created: "2019-01-01T00:00:00.000Z", modified, ...properties };
}
