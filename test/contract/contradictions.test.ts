import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseFeedConfig, type Mapping, type Page, type StixObject } from "@socdefenders/shared";
import { map as opencti } from "@socdefenders/opencti";
import { map as sentinel, mapThreatIntelligence } from "@socdefenders/sentinel";
import { createCertificate, simulatedKeys, type BehaviourOptions, type FeedOptions } from "@socdefenders/simulator";
import { map as splunk } from "@socdefenders/splunk";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { objectsBodies } from "./documented-bodies.ts";
import { indicator, open, recordsInGroups, sortedIds, walk, type OpenedFeed } from "./feed.ts";
import { startTunnel } from "./tunnel.ts";

// One test a row of the table of contradictions between the vendor's documents, or several under one number.

const targets: Readonly<Record<string, Mapping<unknown>>> = { splunk, sentinel, "sentinel-ti": mapThreatIntelligence, opencti };
const thirty = recordsInGroups(Array.from({ length: 10 }, () => 3));
const objectsOf = (pages: readonly Page[]): StixObject[] => pages.flatMap(({ objects }) => objects);
const objectsRequests = ({ seen }: OpenedFeed) => seen.filter(({ path }) => path.endsWith("/objects/"));
const mapped = (map: Mapping<unknown>, objects: readonly StixObject[]): string =>
  JSON.stringify(objects.map((object) => map(object, { collection: "soc-defenders-all" })));

const containers: readonly BehaviourOptions[] = [
  { container: "bundle" },
  { container: "bundle", bundleVersion: true, bundleWithMore: true },
  { container: "envelope" },
  { container: "envelope", contentType: "json", gzip: true },
];

test.each(containers)(
  "row 1: an objects page is read by its shape, bundle or envelope, whatever else it says (%o)",
  async (behaviour) => {
    const opened = await open({ records: thirty, ...behaviour, largestPage: 10 });
    const { ids, error } = await walk(opened);
    expect(error).toBeUndefined();
    expect(ids.toSorted()).toEqual(sortedIds(thirty));
    // An envelope without objects is `{}`, a bundle holds the identity alone.
    const empty = await open({ records: [], ...behaviour });
    expect(await walk(empty)).toMatchObject({ ids: [], cursor: undefined, error: undefined });
  },
);

const pagings: readonly BehaviourOptions[] = [
  { container: "envelope", next: "stateless" },
  { container: "envelope", next: "popped" },
  { container: "envelope", next: "one-for-all" },
  { container: "bundle", bundleWithMore: true },
];

test.each(pagings)("row 2: a next cursor is followed with the parameters it was made for (%o)", async (behaviour) => {
  const opened = await open({ records: thirty, ...behaviour, largestPage: 10 });
  expect((await walk(opened)).ids.toSorted()).toEqual(sortedIds(thirty));
  const asked = objectsRequests(opened).map(({ query }) => ({ next: query.has("next"), after: query.get("added_after") }));
  expect(asked.slice(0, 3)).toEqual([false, true, true].map((next) => ({ next, after: "1970-01-01T00:00:00Z" })));
});

test.each([{ container: "bundle" }, { container: "envelope", next: "none" }] as const)(
  "row 2: without a cursor the walk goes by date, one microsecond back, and loses no tie (%o)",
  async (behaviour) => {
    const opened = await open({ records: thirty, ...behaviour, largestPage: 10 });
    expect((await walk(opened)).ids.toSorted()).toEqual(sortedIds(thirty));
    // The tenth record is the first of the group added 3 µs after the first.
    expect(objectsRequests(opened)[1]?.query.get("added_after")).toBe("2026-05-01T00:00:00.000002Z");
  },
);

test("row 3: a page shorter than the limit is no end: a feed that sends 10 where 1,000 are asked for is read whole", async () => {
  const opened = await open({ records: thirty, largestPage: 10 });
  expect((await walk(opened)).ids.toSorted()).toEqual(sortedIds(thirty));
  expect(objectsRequests(opened).map(({ query }) => query.get("limit"))).toEqual(objectsRequests(opened).map(() => "1000"));
});

test.each([
  ["vendor", "soc-defenders-all"],
  ["guide", "all-iocs"],
  ["uuid", "3f7d1c52-6a0e-4b1f-9d35-0a9a5f3f6b01"],
  ["uuid", "soc-defenders-all"],
  ["guide", "All indicators"],
] as const)("row 4: no collection id is built in: of the %s family, %s is found by id, alias or title", async (family, name) => {
  const opened = await open({ records: thirty, collections: family }, { collections: [name] });
  expect((await walk(opened)).ids).toHaveLength(30);
});

test("row 4: an unknown collection is an error that lists what there is, without those the key may not read", async () => {
  const opened = await open({ records: [], unreadable: true }, { collections: ["all-iocs"] });
  const { error } = await walk(opened);
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining("all-iocs") });
  expect(error).toMatchObject({ remedy: "Choose from: soc-defenders-all, soc-defenders-network, soc-defenders-hashes." });
});

test("row 4: an id that is no UUID and no plain word goes into the address as one segment", async () => {
  const id = "all/iocs #1";
  const opened = await open(
    {
      records: [],
      intercept: ({ path }) =>
        path.endsWith("/collections/") ? { status: 200, body: JSON.stringify({ collections: [{ id }] }) } : undefined,
    },
    { collections: [id] },
  );
  await walk(opened);
  expect(objectsRequests(opened)[0]?.path).toContain("/collections/all%2Fiocs%20%231/objects/");
});

/** The feed under real host names, over HTTPS: a proxy leads all of them to the simulated one. */
async function openAt(host: string, options: Omit<FeedOptions, "records" | "tls">) {
  const tls = await createCertificate([host, `www.${host}`, "stranger.example"]);
  const caFile = join(temporaryDirectory(), "ca.pem");
  writeFileSync(caFile, tls.ca);
  const tunnel = await startTunnel();
  const section = { ca_file: caFile, proxy: tunnel.url, endpoint: `https://${host}/api/taxii2/` };
  const opened = await open({ ...options, records: thirty, tls }, section);
  tunnel.leadTo(opened.server.url);
  return { ...opened, asked: tunnel.asked };
}

const always = { when: { every: 1 }, where: "any" } as const;

test("row 5: the key goes to the configured host and to its www twin, which the API root names", async () => {
  const opened = await openAt("feed.example", { apiRoot: "twin" });
  expect((await walk(opened)).ids).toHaveLength(30);
  expect(new Set(opened.asked)).toEqual(new Set(["feed.example:443", "www.feed.example:443"]));
});

test("row 5: a redirect to the www twin keeps the key", async () => {
  const opened = await openAt("feed.example", { faults: [{ kind: "redirect-to-twin", ...always }] });
  expect((await walk(opened)).ids).toHaveLength(30);
  expect(opened.seen.every(({ headers }) => headers.authorization === `Bearer ${simulatedKeys.pro}`)).toBe(true);
  expect(new Set(opened.seen.map(({ headers }) => headers.host))).toEqual(new Set(["feed.example", "www.feed.example"]));
});

test.each(["foreign", "http"] as const)("row 5: no other host and no plain http sees the key (API root %s)", async (apiRoot) => {
  const opened = await openAt("feed.example", { apiRoot });
  const { error } = await walk(opened);
  expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining("must not see the key") });
  expect(new Set(opened.asked)).toEqual(new Set(["feed.example:443"]));
});

test("row 5: nor does the target of a redirect to a stranger, and the error names both hosts", async () => {
  const opened = await openAt("feed.example", { faults: [{ kind: "redirect-to-stranger", ...always }] });
  const { error } = await walk(opened);
  expect(error).toMatchObject({ message: expect.stringMatching(/feed\.example points to https:\/\/stranger\.example/) });
  expect(error).toMatchObject({ remedy: expect.stringContaining("feed.trusted_hosts") });
  expect(new Set(opened.asked)).toEqual(new Set(["feed.example:443"]));
});

test("row 6: the endpoint is taken as it is written, with its last slash added, never replaced by /taxii2/", async () => {
  const first = await open({ records: thirty });
  const opened = await open({ records: thirty }, { endpoint: first.server.endpoint.replace(/\/$/, "") });
  expect((await walk(opened)).ids).toHaveLength(30);
  expect(first.seen[0]?.path).toBe("/api/taxii2/");
});

test("row 4: members of the list that are no collections cost no other, and the log says so", async () => {
  const opened = await open(
    {
      records: thirty,
      intercept: ({ path }) =>
        path.endsWith("/collections/")
          ? { status: 200, body: JSON.stringify({ collections: [{ id: 7 }, null, { id: "soc-defenders-all", alias: 3 }] }) }
          : undefined,
    },
    { collections: ["soc-defenders-all"] },
  );
  expect((await walk(opened)).ids).toHaveLength(30);
  expect(opened.log.filter(({ event }) => event === "collection_unreadable")).toHaveLength(2);
});

test.each(["..", ".", "\ud800"])("row 4: an id that no address can hold is that collection's error (%j)", async (id) => {
  const opened = await open(
    {
      records: thirty,
      intercept: ({ path }) =>
        path.endsWith("/collections/") ? { status: 200, body: JSON.stringify({ collections: [{ id }] }) } : undefined,
    },
    { collections: [id] },
  );
  expect((await walk(opened)).error).toMatchObject({
    name: "FeedError",
    message: expect.stringContaining("cannot stand in an address"),
  });
});

test("row 7: only what the vendor documents is asked for: discovery, collections, objects", async () => {
  const opened = await open({ records: thirty, largestPage: 10, apiRootInformation: false });
  await walk(opened);
  expect(new Set(opened.seen.map(({ path }) => path))).toEqual(
    new Set(["/api/taxii2/", "/api/taxii2/api/collections/", "/api/taxii2/api/collections/soc-defenders-all/objects/"]),
  );
});

test.each([
  { discovery: "full" },
  { discovery: "only-default", apiRoot: "relative" },
  { discovery: "only-api-roots" },
  { discovery: "only-api-roots", apiRoot: "relative" },
] as const)("row 8: one usable API root is enough, wherever the discovery document names it (%o)", async (behaviour) => {
  expect((await walk(await open({ records: thirty, ...behaviour }))).ids).toHaveLength(30);
});

test("row 8: where no root is named, the configured address is the root", async () => {
  const first = await open({ records: thirty, apiRootInformation: true });
  const opened = await open({ records: [] }, { endpoint: `${first.server.endpoint}api/` });
  expect((await walk(opened)).ids).toHaveLength(30);
});

test.each(["slashes", "backslashes"] as const)("row 8: an address that only looks like a root is refused (%s)", async (apiRoot) => {
  const { error } = await walk(await open({ records: thirty, apiRoot }));
  expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining("unusable API root") });
});

test.each([
  ["bearer", {}],
  ["basic", { auth: "basic", username: "analyst@example.com" }],
  ["x-api-key", { auth: "x-api-key" }],
] as const)(
  "row 9: the key is sent as %s where that is configured, in a header and never in the address",
  async (accepts, section) => {
    const opened = await open({ records: thirty, accepts }, section);
    expect((await walk(opened)).ids).toHaveLength(30);
    expect(opened.seen.every(({ query }) => ![...query.values()].join().includes("sk_live"))).toBe(true);
  },
);

test("row 9: a refused scheme is an error; no other one is tried in silence", async () => {
  const opened = await open({ records: thirty, accepts: "basic" });
  expect((await walk(opened)).error).toMatchObject({ status: 401, remedy: expect.stringContaining("feed.auth") });
  expect(opened.seen).toHaveLength(1);
});

test.each([
  ["unauthorized", 401, /\(invalid_api_key\): .*, request req_simulated/, /feed\.api_key/],
  ["forbidden", 403, /\(insufficient_scope\): .*, request req_simulated/, /the scope read:stix/],
] as const)("row 10: %s ends the collection at once, with code, scope and request id", async (kind, status, message, remedy) => {
  const opened = await open({ records: thirty, largestPage: 10, faults: [{ kind, when: { numbers: [2] } }] });
  const { error, cursor } = await walk(opened);
  expect(error).toMatchObject({ status, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
  expect(objectsRequests(opened)).toHaveLength(2);
  expect(cursor?.position).toBe("2026-05-01T00:00:00.000003Z");
});

test.each([
  ["unlisted", /gone or not permitted/, /position is kept/],
  ["renamed", /gone or not permitted/, /soc-defenders-all-2 has the same title/],
  ["listed", /HTTP 404/, /socdefenders collections CONFIG/],
] as const)(
  "row 10: on 404 the list is read once more to say what is the matter (%s), and the position stays",
  async (gone, message, remedy) => {
    const opened = await open({ records: thirty, largestPage: 10, gone, goneAtRequest: 2 });
    const { error, cursor } = await walk(opened);
    expect(error).toMatchObject({ status: 404, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
    expect(opened.seen.filter(({ path }) => path.endsWith("/collections/"))).toHaveLength(2);
    expect(cursor?.position).toBe("2026-05-01T00:00:00.000003Z");
  },
);

test.each([
  ["vendor", "(internal_error): Something went wrong, request req_simulated"],
  ["taxii", "(internal_error): Something went wrong, request req_simulated"],
  ["html", "HTTP 500"],
] as const)("row 11: an error body of the %s kind says what it can and breaks nothing", async (errorBody, message) => {
  const opened = await open({ records: [], errorBody, faults: [{ kind: "server-error", when: { every: 1 } }] });
  expect((await walk(opened)).error).toMatchObject({ status: 500, message: expect.stringContaining(message) });
});

test.each(["answer", "fixed", "none"] as const)(
  "row 12: the feed's identity comes once, whatever it says of its dates (%s)",
  async (identityDates) => {
    const opened = await open({ records: thirty, largestPage: 10, identityDates });
    const first = await walk(opened);
    expect(objectsOf(first.pages).filter(({ type }) => type === "identity")).toHaveLength(1);
    // Every poll shows it again: a target must not get a new version of it each time.
    const second = await walk(opened, { from: first.cursor });
    expect(objectsOf(second.pages).map(({ id }) => id)).toEqual([]);
  },
);

test("row 12: an identity whose id is no UUID stops nothing, and no bundle for OpenCTI carries that id", async () => {
  const records = thirty.map(({ date_added, object }) => ({
    date_added,
    object: { ...object, created_by_ref: "identity--socdefenders" },
  }));
  const { ids, pages } = await walk(await open({ records, identityId: "name", identityDates: "none" }));
  expect(ids).toHaveLength(30);
  expect(mapped(opencti, objectsOf(pages))).not.toContain("identity--socdefenders");
  const [identity, first] = objectsOf(pages);
  expect(identity).toMatchObject({ id: expect.stringMatching(/^identity--[0-9a-f-]{36}$/) });
  expect(first).toMatchObject({
    created_by_ref: identity?.id,
    x_socdefenders_original_ids: { [String(identity?.id)]: "identity--socdefenders" },
  });
});

test("row 13: missing created and modified are filled from valid_from, never from the clock, so that no poll makes a new version", async () => {
  const opened = await open({ records: thirty, indicatorDates: "none", largestPage: 10 });
  const first = await walk(opened);
  expect(first.ids.toSorted()).toEqual(sortedIds(thirty));
  const time = "2026-05-01T00:00:00.000Z";
  for (const object of objectsOf(first.pages).filter(({ type }) => type === "indicator")) {
    const filled = { x_socdefenders_synthesised: ["created", "modified"] };
    expect(object).toMatchObject({ created: time, modified: time, valid_from: time, ...filled });
  }
  expect((await walk(opened, { from: first.cursor })).ids).toEqual([]);
});

test("row 13: dates in seconds are read as well as dates in milliseconds", async () => {
  const { pages, ids } = await walk(await open({ records: thirty, indicatorDates: "seconds" }));
  expect(ids).toHaveLength(30);
  expect(objectsOf(pages).at(-1)).toMatchObject({ modified: "2026-05-01T00:00:00Z" });
});

test("row 14: spec_version of the bundle is ignored, and no target gets a bundle that has it", async () => {
  const { pages, ids } = await walk(await open({ records: thirty, bundleVersion: true }));
  expect(ids).toHaveLength(30);
  for (const map of Object.values(targets)) expect(mapped(map, objectsOf(pages))).not.toMatch(/"type":"bundle"[^{]*"spec_version"/);
});

test("row 15: TLP 2.0 GREEN is known by its id, though its object is never served", async () => {
  const { pages } = await walk(await open({ records: thirty.slice(0, 1), marking: "green" }));
  expect(mapped(splunk, objectsOf(pages))).toContain('"tlp":"TLP:GREEN"');
  expect(mapped(sentinel, objectsOf(pages))).toContain('"Tlp":"TLP:GREEN"');
});

test("row 15: an indicator with a marking nobody knows is delivered all the same, as TLP:RED", async () => {
  const { ids, pages } = await walk(await open({ records: thirty, marking: "unknown" }));
  expect(ids).toHaveLength(30);
  for (const map of Object.values(targets)) expect(mapped(map, objectsOf(pages).slice(-1))).toContain('"kind":"items"');
  expect(mapped(splunk, objectsOf(pages).slice(-1))).toContain('"tlp":"TLP:RED"');
});

test("row 16: neither type nor match[type] is asked for, since servers disagree on what they leave out", async () => {
  const opened = await open({ records: thirty, filters: "spec", largestPage: 10 });
  expect((await walk(opened)).ids).toHaveLength(30);
  const names = new Set(opened.seen.flatMap(({ query }) => [...query.keys()]));
  expect(names).toEqual(new Set(["added_after", "limit"]));
});

test("row 17: references to objects that are not served are normal in every target", async () => {
  const records = thirty.map(({ date_added, object }) => ({
    date_added,
    object: { ...object, created_by_ref: "identity--f8e75d96-8e4c-4b1a-9e3d-4f8a7b6c5d3e" },
  }));
  const { ids, pages } = await walk(await open({ records, identity: "absent", marking: "green" }));
  expect(ids).toHaveLength(30);
  for (const map of Object.values(targets)) {
    for (const object of objectsOf(pages)) expect(map(object, { collection: "soc-defenders-all" }).kind).toBe("items");
  }
});

test("row 18: the limit is always sent, and where a server refuses it, half of it, down to 100", async () => {
  const records = recordsInGroups(Array.from({ length: 300 }, () => 1));
  const opened = await open({ records, largestLimit: 130 });
  expect((await walk(opened)).ids.toSorted()).toEqual(sortedIds(records));
  const limits = objectsRequests(opened).map(({ query }) => query.get("limit"));
  expect(limits.slice(0, 4)).toEqual(["1000", "500", "250", "125"]);
  expect(new Set(limits.slice(4))).toEqual(new Set(["125"]));
});

test("row 18: a server that refuses every limit is an error after 100, and nothing under 10 can be configured", async () => {
  const opened = await open({ records: thirty, largestLimit: 50 });
  expect((await walk(opened)).error).toMatchObject({ status: 400, code: "invalid_limit" });
  expect(objectsRequests(opened).map(({ query }) => query.get("limit"))).toEqual(["1000", "500", "250", "125", "100"]);
  const config = { endpoint: opened.server.endpoint, api_key: simulatedKeys.pro, page_size: 1 };
  expect(() => parseFeedConfig(config)).toThrow(/page_size/);
});

test.each([true, false])(
  "row 19: pages are read to the end whether or not the identity counts to the limit (%s)",
  async (identityCounts) => {
    for (const length of [8, 9, 10, 11, 18, 20, 27]) {
      const records = recordsInGroups(Array.from({ length }, () => 1));
      const { ids } = await walk(await open({ records, identityCounts }, { page_size: 10 }));
      expect(ids.toSorted()).toEqual(sortedIds(records));
    }
  },
);

test("row 20: what is new comes from TAXII alone: the export, whose since means two things, is never asked", async () => {
  const opened = await open({ records: thirty });
  const { cursor } = await walk(opened);
  await walk(opened, { from: cursor });
  expect(opened.seen.every(({ path, query }) => path.startsWith("/api/taxii2/") && !query.has("since"))).toBe(true);
});

test("row 21: a CVE, an ATT&CK technique and a rule that is no STIX pattern are delivered or counted, never lost", async () => {
  const { pages } = await walk(await open({ records: thirty, unusualObjects: true }));
  const unusual = objectsOf(pages).filter(({ id }) => id.startsWith("indicator--5d1f3a10"));
  expect(unusual).toHaveLength(4);
  expect(pages.flatMap(({ unreadable }) => unreadable)).toEqual([]);
  expect(mapped(splunk, unusual)).toMatch(/"ioc_type":"cve","ioc_value":"CVE-2024-3400"/);
  expect(mapped(splunk, unusual)).toMatch(/"ioc_type":"pattern"/);
  for (const map of Object.values(targets)) {
    for (const object of unusual) {
      const result = map(object, { collection: "soc-defenders-all" });
      expect(result.kind === "items" ? result.items : result.reason).not.toHaveLength(0);
    }
  }
});

test("row 22: confidence as a word becomes the number of STIX's scale, and none is none, not 0", async () => {
  const words = ["low", "medium", "high", undefined, 85];
  const records = words.map((confidence, number) => ({
    date_added: `2026-05-01T00:00:0${number}.000000Z`,
    object: { ...indicator(number), confidence },
  }));
  const { pages } = await walk(await open({ records, identity: "absent" }));
  expect(objectsOf(pages).map((object) => object["confidence"])).toEqual([15, 50, 85, undefined, 85]);
});

test.each(["none", "seconds", "date"] as const)(
  "row 23: 429 is waited out, with Retry-After or without (%s)",
  async (retryAfter) => {
    const faults = [{ kind: "too-many-requests", when: { numbers: [1, 3] } }] as const;
    const opened = await open({ records: thirty, largestPage: 10, faults, retryAfter, retryAfterSeconds: 0 });
    expect((await walk(opened)).ids).toHaveLength(30);
    expect(opened.log.filter(({ event }) => event === "retry")).toHaveLength(2);
  },
);

test("row 23: a wait that nobody sits out ends the run with the position saved", async () => {
  const faults = [{ kind: "too-many-requests", when: { numbers: [2] } }] as const;
  const opened = await open({ records: thirty, largestPage: 10, faults, retryAfter: "seconds", retryAfterSeconds: 3600 });
  const { error, cursor } = await walk(opened);
  expect(error).toMatchObject({ status: 429, remedy: expect.stringContaining("position is saved") });
  expect((await walk(opened, { from: cursor })).error).toMatchObject({ message: expect.stringContaining("left alone until") });
  // An hour later, so to speak: the same feed without the pause.
  const later = await open({ records: thirty, largestPage: 10 });
  expect((await walk(later, { from: cursor })).ids).toHaveLength(20);
});

test.each(["bundle", "envelope"] as const)(
  "row 24: a stale page of a cache delays what is new and loses none of it (%s)",
  async (container) => {
    const records = thirty.slice(0, 20);
    // Each poll starts with the address that the one before it ended with: the first polls are answered by a cache.
    const opened = await open({ records, container, largestPage: 10, faults: [{ kind: "stale", when: { numbers: [4, 5, 6] } }] });
    let { cursor, ids } = await walk(opened);
    records.push(...thirty.slice(20));
    for (let poll = 0; poll < 5; poll += 1) {
      const walked = await walk(opened, { from: cursor });
      ids = [...ids, ...walked.ids];
      ({ cursor } = walked);
    }
    expect(ids.toSorted()).toEqual(sortedIds(thirty));
  },
);

test("row 24: caches are asked not to answer, and polling more often than a cache keeps is refused", async () => {
  const opened = await open({ records: thirty });
  await walk(opened);
  expect(opened.seen.every(({ headers }) => headers["cache-control"] === "no-cache")).toBe(true);
  const config = { endpoint: opened.server.endpoint, api_key: simulatedKeys.pro, poll_seconds: 59 };
  expect(() => parseFeedConfig(config)).toThrow(/poll_seconds/);
  // Milliseconds of a timer are 31 bits: a longer one fires at once.
  expect(() => parseFeedConfig({ ...config, poll_seconds: 2_147_484 })).toThrow(/poll_seconds.*604800/);
});

test("row 25: asking further back than the plan allows reads from where it allows, and says so", async () => {
  const opened = await open({ records: thirty, lookbackDays: 365 });
  const { ids, error } = await walk(opened);
  expect(error).toBeUndefined();
  expect(ids.toSorted()).toEqual(sortedIds(thirty));
  expect(opened.log).toContainEqual(
    expect.objectContaining({ event: "lookback_clamped", message: expect.stringContaining("does not look back to 1970-01-01") }),
  );
  const recent = await open({ records: [], lookbackDays: 365 }, { start: "P30D" });
  expect(await walk(recent)).toMatchObject({ error: undefined });
});

test.each([
  ["microsecond", "2026-05-01T00:00:02.700000Z"],
  ["millisecond", "2026-05-01T00:00:02.700Z"],
  ["second", "2026-05-01T00:00:02Z"],
] as const)(
  "row 26: times of the feed are kept to the letter (%s), and those the client makes have six digits",
  async (precision, last) => {
    const records = recordsInGroups(
      Array.from({ length: 10 }, () => 3),
      300_000,
    );
    const opened = await open({ records, headerPrecision: precision, largestPage: 20 });
    const { ids, cursor } = await walk(opened);
    expect(ids.toSorted()).toEqual(sortedIds(records));
    expect(cursor?.position).toBe(last);
    const [, ...made] = objectsRequests(opened).map(({ query }) => query.get("added_after"));
    // Some ask right behind the position, in the feed's own words.
    for (const time of made.filter((time) => time !== last)) expect(time).toMatch(/^2026-05-01T00:00:0\d\.\d{6}Z$/);
    expect((await walk(opened, { from: cursor })).ids).toEqual([]);
  },
);

test.each(["emptied", "older-dates"] as const)(
  "row 27: that objects are gone (%s) deletes nothing and moves no position",
  async (reset) => {
    const opened = await open({ records: thirty, reset, resetAtRequest: 4, largestPage: 100 });
    const { cursor } = await walk(opened);
    await walk(opened, { from: cursor });
    const later = await walk(opened, { from: cursor });
    expect(objectsOf(later.pages).filter((object) => object["revoked"] === true)).toEqual([]);
    expect(later.ids).toEqual([]);
    expect(later.cursor).toEqual(cursor);
  },
);

test.each(Object.entries(objectsBodies))(
  "row 28: the body that the page on %s shows is read whole, and every target takes it",
  async (_, body) => {
    const opened = await open({
      records: [],
      intercept: ({ path, query }) => {
        if (!path.endsWith("/objects/")) return undefined;
        const isFirst = query.get("added_after") === "1970-01-01T00:00:00Z";
        const headers = { "x-taxii-date-added-last": "2026-05-16T08:21:30Z" };
        return isFirst ? { status: 200, headers, body: JSON.stringify(body) } : { status: 200, body: "{}" };
      },
    });
    const { ids, pages, error } = await walk(opened);
    expect(error).toBeUndefined();
    expect(ids).toHaveLength(1);
    expect(pages.flatMap(({ unreadable }) => unreadable)).toEqual([]);
    const found = objectsOf(pages).filter(({ type }) => type === "indicator");
    expect(found[0]).toMatchObject({ valid_from: "2026-05-16T08:21:30Z", confidence: 85 });
    for (const map of Object.values(targets)) expect(mapped(map, found)).toContain("example");
  },
);
