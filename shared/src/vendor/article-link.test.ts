import { expect, test } from "vitest";
import { articleIdsOf } from "./article-link.ts";

const id = "3ce112b5-135c-427f-a32e-874334231c47";
const idsOf = (url: string): readonly string[] => articleIdsOf([{ source_name: "SOC Defenders", url }]);

test.each([
  `https://socdefenders.ai/item/${id}`,
  `https://www.socdefenders.ai/item/${id}`,
  `https://socdefenders.ai/item/${id}/`,
  `HTTPS://WWW.SOCDEFENDERS.AI/item/${id.toUpperCase()}`,
])("%s is an article", (url) => {
  expect(idsOf(url)).toEqual([id]);
});

test.each([
  `http://socdefenders.ai/item/${id}`,
  `https://socdefenders.ai.evil.example/item/${id}`,
  `https://evil.example/https://socdefenders.ai/item/${id}`,
  `https://user@socdefenders.ai/item/${id}`,
  `https://docs.socdefenders.ai/item/${id}`,
  `https://socdefenders.ai:8443/item/${id}`,
  `https://socdefenders.ai/threats/${id}`,
  `https://socdefenders.ai/item/${id}/edit`,
  `https://socdefenders.ai/item/${id}?next=1`,
  `https://socdefenders.ai/item/${id}#top`,
  `https://socdefenders.ai/item/${id}\n`,
  ` https://socdefenders.ai/item/${id}`,
  `https://socdefenders.ai/item//${id}`,
  `https://socdefenders.ai/item/${id.replaceAll("-", "")}`,
])("%j is none", (url) => {
  expect(idsOf(url)).toEqual([]);
});
