import type { Article } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { author } from "../platform/provenance.ts";
import { reportKeyOf, toReport } from "./report.ts";

const article: Article = {
  id: "3f0c1a52-7d1e-4c55-9a70-1b6f7a7f0c03",
  title: " Old routers answer ",
  url: "https://weekly.example/03",
  source_name: "Example Security Weekly",
  summary: "A forgotten account.",
  published_at: "2026-05-01T10:00:00.123456Z",
  tags: ["#Malware", "malware"],
  category: "botnet",
  cve_ids: ["cve-2024-99901", "not a CVE"],
  mitre_techniques: [{ id: "t1078.001", name: "Default Accounts" }, { id: "TA0001" }],
  threat_actors: ["Paper Heron", "paper heron ", "x"],
};
const now = Date.parse("2026-06-01T00:00:00Z");
const named = "indicator--ed995101-8e77-5431-836d-feb4296682d4";

const objectsOf = (change: Partial<Article> = {}) => {
  const changed = { ...article, ...change };
  return toReport(changed, reportKeyOf(changed, now)!, [named], "TLP:GREEN").objects;
};

describe("a report", () => {
  test("refers to what named it and to what it tells of", () => {
    const objects = objectsOf();
    const report = objects.at(-1)!;
    const told = objects.filter(({ type }) => ["vulnerability", "attack-pattern", "intrusion-set"].includes(type));
    expect(told.map(({ name }) => name)).toEqual(["CVE-2024-99901", "Default Accounts", "Paper Heron"]);
    expect(report).toMatchObject({
      type: "report",
      name: "Old routers answer",
      published: "2026-05-01T10:00:00.123Z",
      report_types: ["threat-report"],
      description: "A forgotten account.",
      labels: ["malware", "botnet"],
      created_by_ref: author.id,
      object_refs: [named, ...told.map(({ id }) => id)],
      object_marking_refs: ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
      external_references: [
        { source_name: "SOC Defenders", url: `https://socdefenders.ai/item/${article.id}` },
        { source_name: "Example Security Weekly", url: "https://weekly.example/03" },
      ],
    });
  });

  test("leaves a technique to ATT&CK: no author, no marking, its id and name", () => {
    const technique = objectsOf().find(({ type }) => type === "attack-pattern");
    expect(technique).toMatchObject({ x_mitre_id: "T1078.001", name: "Default Accounts" });
    expect(technique).not.toHaveProperty("created_by_ref");
    expect(technique).not.toHaveProperty("object_marking_refs");
  });

  test("has the article's address for a name where there is none", () => {
    expect(objectsOf({ title: undefined }).at(-1)).toMatchObject({ name: `https://socdefenders.ai/item/${article.id}` });
  });

  test("is none before its date", () => {
    expect(reportKeyOf({ ...article, published_at: "2026-06-01T00:00:01Z" }, now)).toBeUndefined();
    expect(reportKeyOf({ ...article, published_at: undefined }, now)).toBeUndefined();
  });
});
