import { expect, test } from "vitest";
import { parseArticle } from "./article.ts";

const id = "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c01";

const read = (body: unknown, fields?: readonly string[]) => {
  const parsed = parseArticle(body, id, fields);
  if (parsed.kind === "unreadable") throw new Error(parsed.reason);
  return parsed.article;
};

test("both documented bodies give the same members", () => {
  const same = { id, title: "A title", mitre_techniques: [{ id: "T1566", name: "Phishing" }] };
  const rich = { ...same, source_name: "weekly", severity_label: "high", cve_ids: ["CVE-2024-1"], image_url: null };
  const small = { ...same, source: "weekly", severity: "high", cves: ["CVE-2024-1"] };
  expect(read({ meta: { feed_version: "1.0" }, data: rich })).toEqual(read(small));
});

test("unknown members stay, null is absence", () => {
  expect(read({ data: { id, vouch_count: 3, audio_url: null } })).toEqual({ id, vouch_count: 3 });
});

test("a wrong member costs the member, a wrong entry the entry", () => {
  const article = read({
    id,
    title: 7,
    severity_score: "6.5",
    cve_ids: ["CVE-2024-1", 5, null],
    threat_actors: "APT",
    iocs: [{ type: "domain", value: "a.example", confidence: 1 }, { type: "domain" }, "b.example"],
  });
  expect(article).toEqual({ id, cve_ids: ["CVE-2024-1"], iocs: [{ type: "domain", value: "a.example" }] });
});

test("a sparse article is the one that was asked for", () => {
  expect(read({ data: { title: "A title" } })).toEqual({ id, title: "A title" });
  expect(read({ points: 3 }, ["points"])).toEqual({ id, points: 3 });
});

test.each([
  [{ id: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c02", title: "x" }, /another article/],
  [{ id: 5, title: "x" }, /another article/],
  [{ error: { code: "maintenance" } }, /neither an article/],
  [{ meta: {}, data: [] }, /neither an article/],
  [[{ id }], /neither an article/],
  ["<html>", /neither an article/],
  [null, /neither an article/],
  [JSON.parse(`{"id":"${id}","x":${"[".repeat(5000)}${"]".repeat(5000)}}`), /nested deeper/],
])("%# is refused", (body, message) => {
  expect(() => read(body)).toThrow(message);
});

test("a body cannot change what objects inherit", () => {
  const article = read(JSON.parse(`{"data":{"id":"${id}","__proto__":{"title":"evil"},"constructor":"x"}}`));
  expect(article.title).toBeUndefined();
  expect(Object.getPrototypeOf(article)).toBe(Object.prototype);
});
