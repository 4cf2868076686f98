import { describe, expect, test } from "vitest";
import { parseConf } from "./splunk/conf.ts";
import { eventFields, knowledgeConf, list, templates } from "./splunk/files.ts";
import { settings, values } from "./splunk/specification.ts";

const transforms = knowledgeConf("transforms");
const collections = knowledgeConf("collections");
const columns = (lookup: string): string[] => list(transforms.get(lookup)?.get("fields_list"));

describe.each(["app", "knowledge"] as const)("settings of %s", (folder) => {
  const files = [...templates(folder)].filter(([path]) => /\.(conf|meta)(\.example)?$/.test(path));
  test.each(files)("%s has only settings that Splunk knows, with values it takes", (path, text) => {
    const name = path.replace(/^.*\//, "").replace(".example", "");
    const wrong: string[] = [];
    for (const [stanza, pairs] of parseConf(text)) {
      const [, allowed] = settings[name]?.find(([pattern]) => pattern.test(stanza)) ?? [];
      for (const [key, value] of pairs) {
        if (allowed?.test(key) !== true || !valueOf(name, key).test(value)) wrong.push(`[${stanza}] ${key} = ${value}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

function valueOf(file: string, key: string): RegExp {
  return Object.entries(values).find(([prefix]) => `${file} ${key}`.startsWith(prefix))?.[1] ?? /\S/;
}

test("each field of an event is read whole and once by props.conf", () => {
  const calculated = [...(knowledgeConf("props").get("socdefenders:indicator") ?? [])].filter(([key]) => key.startsWith("EVAL-"));
  expect(calculated.map(([key]) => key.slice(5)).toSorted()).toEqual(eventFields().toSorted());
  expect(calculated.filter(([key, value]) => !value.includes(`json_extract(_raw, "${key.slice(5)}")`))).toEqual([]);
});

test("the collection of indicators holds every field of an event, and both lookups of it all its fields", () => {
  const rows = columns("socdefenders_indicators");
  expect(rows).toEqual(expect.arrayContaining(eventFields().map((field) => (field === "key" ? "_key" : field))));
  expect(columns("socdefenders_networks")).toEqual(rows);
});

test.each([...transforms].filter(([, lookup]) => lookup.has("collection")))(
  "%s lists every field of its collection",
  (name, lookup) => {
    const fields = [...(collections.get(lookup.get("collection") ?? "")?.keys() ?? [])].filter((key) => key.startsWith("field."));
    expect(fields.length).toBeGreaterThan(0);
    expect(columns(name)).toEqual(expect.arrayContaining(["_key", ...fields.map((key) => key.slice(6))]));
  },
);

test("accelerations are JSON over fields that are there", () => {
  for (const collection of collections.values()) {
    const accelerations = [...collection].filter(([key]) => key.startsWith("accelerated_fields."));
    const fields = accelerations.flatMap(([, value]) => Object.keys(JSON.parse(value) as object));
    expect(fields.filter((field) => !collection.has(`field.${field}`))).toEqual([]);
  }
});

test.each([
  ["ip", "description,ip,weight"],
  ["domain", "description,domain,weight"],
  ["file", "description,file_hash,file_name,weight"],
  ["http", "description,http_referrer,http_user_agent,url,weight"],
  ["email", "description,src_user,subject,weight"],
])("the lookup of Enterprise Security for %s has its columns, and its stanza is shipped disabled", (kind, header) => {
  const files = templates("knowledge");
  expect(files.get(`lookups/${transforms.get(`socdefenders_es_${kind}`)?.get("filename")}`)).toBe(`${header}\n`);
  const stanza = parseConf(files.get("README/inputs.conf.example") ?? "").get(`threatlist://socdefenders_${kind}`);
  expect(Object.fromEntries(stanza ?? [])).toMatchObject({
    url: `lookup://socdefenders_es_${kind}`,
    disabled: "1",
    skip_header_lines: "1",
    fields: list(header)
      .map((column, place) => `${column}:$${place + 1}`)
      .join(","),
  });
});

test.each([...knowledgeConf("savedsearches")])("%s is shipped disabled, with a schedule and a window of time", (_, search) => {
  const given = Object.fromEntries(search);
  expect(given).toMatchObject({ disabled: "1", enableSched: "1", description: expect.any(String) });
  expect(Object.keys(given)).toEqual(expect.arrayContaining(["cron_schedule", "dispatch.earliest_time", "dispatch.latest_time"]));
});
