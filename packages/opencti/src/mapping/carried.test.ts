import { parseStixObject, type StixObject } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { map } from "../mapping.ts";
import { author } from "../platform/provenance.ts";

const uuid = "b104b0ee-9f7a-4f78-b6cc-72d91a5d4328";
const dates = { spec_version: "2.1", created: "2026-05-16T08:00:00.000Z", modified: "2026-05-16T09:30:00.000Z" };

function carried(type: string, members: Record<string, unknown>) {
  const parsed = parseStixObject({ type, id: `${type}--${uuid}`, ...dates, ...members });
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  return map(parsed.object, { collection: "all" });
}

function sent(type: string, members: Record<string, unknown>): StixObject {
  const mapped = carried(type, members);
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  return mapped.items[0]!.objects.at(-1)!;
}

describe("an object that is no indicator", () => {
  test("keeps its id, its content and its references to what any page may bring", () => {
    const members = {
      relationship_type: "indicates",
      source_ref: `indicator--${uuid}`,
      target_ref: `malware--${uuid}`,
      start_time: "2026-01-01T00:00:00Z",
    };
    expect(sent("relationship", members)).toMatchObject({ id: `relationship--${uuid}`, ...members, created_by_ref: author.id });
  });

  test("keeps its author, which is ours where the feed names itself or nobody", () => {
    const other = `identity--${uuid}`;
    expect(sent("malware", { name: "Redline", created_by_ref: other })).toMatchObject({ created_by_ref: other });
    expect(sent("malware", { name: "Redline", created_by_ref: "identity--socdefenders" })).toMatchObject({
      created_by_ref: author.id,
    });
    expect(sent("malware", { name: "Redline" })).toMatchObject({ created_by_ref: author.id });
    expect(sent("identity", { name: "Victim" })).not.toHaveProperty("created_by_ref");
  });

  test("gets OpenCTI's own markings", () => {
    const object_marking_refs = ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"];
    expect(sent("tool", { name: "nc", object_marking_refs })).toMatchObject({
      object_marking_refs: ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
    });
  });

  test("a cyber-observable has its author under OpenCTI's name for it", () => {
    const object = sent("ipv4-addr", { value: "198.51.100.3" });
    expect(object).toMatchObject({ x_opencti_created_by_ref: author.id });
    expect(object).not.toHaveProperty("created_by_ref");
  });

  test("gives the platform no orders", () => {
    const extension = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba";
    const other = "extension-definition--322b8f77-262a-4cb8-a915-1e441e00329b";
    const object = sent("malware", {
      name: "Redline",
      opencti_operation: "delete",
      x_opencti_id: "1",
      x_opencti_granted_refs: [`identity--${uuid}`],
      extensions: { [extension]: { opencti_operation: "merge" }, [other]: { id: "S1" } },
      external_references: [{ source_name: "a", url: "https://a.example/", x_opencti_files: [{ name: "x", data: "eA==" }] }],
    });
    expect(JSON.stringify(object)).not.toContain("opencti_");
    expect(object).toMatchObject({ extensions: { [other]: { id: "S1" } } });
  });

  test("loses references to what OpenCTI does not have", () => {
    const object_refs = [`malware--${uuid}`, `x-thing--${uuid}`, `malware--${uuid}`];
    expect(sent("report", { name: "A report", published: dates.created, object_refs })).toMatchObject({
      object_refs: [`malware--${uuid}`],
    });
  });
});

describe("skipped, with the reason, is", () => {
  test.each([
    ["a type OpenCTI does not have", "extension-definition", {}, "extension-definition: OpenCTI has no such type"],
    ["a marking", "marking-definition", { name: "x" }, "marking-definition: a TLP level goes with what it marks"],
    ["the feed's own identity", "identity", { id: "identity--socdefenders" }, "identity: the author goes with every object"],
    [
      "what would give the author another name",
      "identity",
      { id: "identity--1ba6b755-a6f3-5b31-af4f-12e18ad4707b", name: "Somebody else" },
      "identity: the author goes with every object",
    ],
    ["a name of one character", "malware", { name: "x" }, "malware: OpenCTI demands a name of two characters"],
    ["a note of blanks", "note", { content: " " }, "note: OpenCTI demands content"],
    ["a report without a date", "report", { name: "A report" }, "report: OpenCTI demands published"],
    [
      "a relationship to what OpenCTI does not have",
      "relationship",
      { relationship_type: "uses", source_ref: `x-a--${uuid}`, target_ref: `tool--${uuid}` },
      "relationship: OpenCTI demands source_ref",
    ],
    ["a sighting by nobody", "sighting", { sighting_of_ref: `malware--${uuid}` }, "sighting: OpenCTI demands where_sighted_refs"],
  ])("%s", (_, type, members, reason) => {
    expect(carried(type, members)).toEqual({ kind: "skipped", reason });
  });
});

describe("what the platform would refuse in its worker is left out, with its reason", () => {
  test.each([
    ["an address without value", "ipv4-addr", {}, "ipv4-addr: OpenCTI derives no id from its properties"],
    ["a blank value", "domain-name", { value: " " }, "domain-name: OpenCTI derives no id from its properties"],
    ["a file with neither hash nor name", "file", { hashes: {}, size: 3 }, "file: OpenCTI derives no id from its properties"],
    ["a grouping without context", "grouping", { name: "Group" }, "grouping: OpenCTI demands context"],
    ["a report of no day", "report", { name: "Report", published: "yesterday" }, "report: published is no time"],
    [
      "data observed at no time",
      "observed-data",
      { object_refs: [`url--${uuid}`], first_observed: "2026-05-16T08:00:00Z", last_observed: "later", number_observed: 1 },
      "observed-data: last_observed is no time",
    ],
  ])("%s", (_, type, members, reason) => {
    expect(carried(type, members)).toEqual({ kind: "skipped", reason });
  });

  test("and what it takes goes", () => {
    expect(carried("file", { hashes: { MD5: "d41d8cd98f00b204e9800998ecf8427e" } }).kind).toBe("items");
    expect(carried("autonomous-system", { number: 64_500 }).kind).toBe("items");
    expect(carried("report", { name: "Report", published: "2026-05-16T08:00:00Z" }).kind).toBe("items");
  });
});
