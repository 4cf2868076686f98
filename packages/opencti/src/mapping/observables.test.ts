import { parseStixObject, type MappingContext, type StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { createMapping } from "../mapping.ts";
import { author } from "../platform/provenance.ts";

const [md5, sha1, sha256] = ["a".repeat(32), "b".repeat(40), "c".repeat(64)];

function mapped(pattern: string, change: Record<string, unknown> = {}, context: Partial<MappingContext> = {}) {
  const parsed = parseStixObject({
    type: "indicator",
    id: "indicator--b104b0ee-9f7a-5f78-b6cc-72d91a5d4328",
    valid_from: "2026-05-16T08:00:00.000Z",
    confidence: 85,
    pattern,
    ...change,
  });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const result = createMapping({ createObservables: true })(parsed.object, { collection: "all", ...context });
  if (result.kind !== "items") throw new Error(result.reason);
  return result;
}

const objectsOf = (...parameters: Parameters<typeof mapped>): readonly StixObject[] =>
  mapped(...parameters).items.flatMap(({ objects }) => objects);

const isObservable = (object: StixObject): boolean => "x_opencti_created_by_ref" in object;
const contentsOf = (pattern: string): unknown[] =>
  objectsOf(pattern)
    .filter(isObservable)
    .map(({ type, value, name, hashes }) => ({
      type,
      ...(value !== undefined && { value }),
      ...(name !== undefined && { name }),
      ...(hashes !== undefined && { hashes }),
    }));

test.each([
  ["an address", "[ipv4-addr:value = '198.51.100.3']", [{ type: "ipv4-addr", value: "198.51.100.3" }]],
  ["a network", "[ipv6-addr:value = '2001:db8::/32']", [{ type: "ipv6-addr", value: "2001:db8::/32" }]],
  [
    "a set",
    "[domain-name:value IN ('a.example', 'B.example')]",
    ["a.example", "b.example"].map((value) => ({ type: "domain-name", value })),
  ],
  ["a URL", "[url:value = 'https://a.example/X']", [{ type: "url", value: "https://a.example/X" }]],
  ["an e-mail address", "[email-addr:value = 'A@b.example']", [{ type: "email-addr", value: "a@b.example" }]],
  ["a hash", `[file:hashes.'SHA-256' = '${sha256}']`, [{ type: "file", hashes: { "SHA-256": sha256 } }]],
  [
    "several hashes of one file",
    `[file:hashes.MD5 = '${md5}' AND file:hashes.'SHA-1' = '${sha1}']`,
    [{ type: "file", hashes: { MD5: md5, "SHA-1": sha1 } }],
  ],
  [
    "hashes of several files",
    `[file:hashes.MD5 = '${md5}' OR file:hashes.'SHA-1' = '${sha1}']`,
    [
      { type: "file", hashes: { MD5: md5 } },
      { type: "file", hashes: { "SHA-1": sha1 } },
    ],
  ],
  ["a file name", "[file:name = 'a.exe']", [{ type: "file", name: "a.exe" }]],
  ["components of an AND", "[file:name = 'a.exe' AND file:size = 3]", []],
  ["a likeness", "[url:value LIKE 'https://a.example/%']", []],
  ["a technique", "[attack-pattern:name = 'T1059']", []],
])("%s", (_, pattern, contents) => {
  expect(contentsOf(pattern)).toEqual(contents);
});

test("each observable has the indicator's provenance and a relationship from it", () => {
  const objects = objectsOf("[ipv4-addr:value = '198.51.100.3']", { labels: ["c2"] });
  const indicator = objects.at(-1)!;
  expect(objects.find(isObservable)).toMatchObject({
    x_opencti_score: 85,
    x_opencti_labels: ["c2"],
    x_opencti_created_by_ref: author.id,
  });
  const observable = objects.find(isObservable)!;
  expect(objects.find(({ type }) => type === "relationship")).toMatchObject({
    relationship_type: "based-on",
    source_ref: indicator.id,
    target_ref: observable.id,
    created_by_ref: author.id,
  });
});

test("what the filter holds back and what OpenCTI would refuse is left out of the observables, not of the pattern", () => {
  const pattern = "[domain-name:value IN ('a.example', 'b.example', 'localhost')]";
  const result = mapped(pattern, {}, { keeps: ({ value }) => value !== "b.example" });
  const objects = result.items.flatMap((item) => item.objects);
  expect(objects.filter(isObservable).map(({ value }) => value)).toEqual(["a.example"]);
  expect(objects.at(-1)).toMatchObject({ pattern: "[domain-name:value IN ('a.example','b.example','localhost')]" });
  expect(result.withheld).toEqual({ "OpenCTI takes no such observable": 1 });
});

test("labels that thousands of values would repeat to megabytes stay with the indicator", () => {
  const values = Array.from({ length: 2000 }, (_, place) => `'a${place}.example'`).join(",");
  const objects = objectsOf(`[domain-name:value IN (${values})]`, { labels: ["x".repeat(1000)] });
  expect(objects.filter(isObservable)).toHaveLength(2000);
  expect(JSON.stringify(objects).length).toBeLessThan(4 * 1024 * 1024);
});

test("nothing is made of a revoked indicator", () => {
  expect(objectsOf("[ipv4-addr:value = '198.51.100.3']", { revoked: true }).filter(isObservable)).toEqual([]);
});
