import { readdirSync, readFileSync } from "node:fs";
import { FeedError, parseStixObject, type CollectionSummary } from "@socdefenders/shared";
import { healthOf, map } from "@socdefenders/splunk";
import { parseConf, type Conf } from "./conf.ts";

const root = new URL("../../../packages/splunk/", import.meta.url);

/** The templates of a package by path: `app` of the add-on, `knowledge` of the app. */
export function templates(folder: "app" | "knowledge"): ReadonlyMap<string, string> {
  const base = new URL(`${folder}/`, root);
  const entries = readdirSync(base, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("//", "/").slice(base.pathname.length));
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, base), "utf8")]));
}

const knowledge = templates("knowledge");

/** A .conf file of the app. */
export function knowledgeConf(name: string): Conf {
  return parseConf(knowledge.get(`default/${name}.conf`) ?? "");
}

/** Every search of the app by where it stands, with the tokens of dashboards replaced by values. */
export function searches(): readonly (readonly [where: string, search: string])[] {
  const saved = [...knowledgeConf("savedsearches")].map(([name, stanza]) => [name, stanza.get("search") ?? ""] as const);
  const types = [...knowledgeConf("eventtypes")].map(
    ([name, stanza]) => [`eventtype ${name}`, stanza.get("search") ?? ""] as const,
  );
  return [
    ...saved,
    ...types,
    ...dashboards().flatMap(([path, xml]) => queries(xml).map((query, place) => [`${path} ${place + 1}`, query] as const)),
  ];
}

export function dashboards(): readonly (readonly [path: string, xml: string])[] {
  return [...knowledge].filter(([path]) => path.startsWith("default/data/ui/views/"));
}

function queries(xml: string): readonly string[] {
  const found = [...xml.matchAll(/<query>([\s\S]*?)<\/query>/g)].map(([, query = ""]) => query.trim());
  const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
  return found.map((query) =>
    query.replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity] ?? entity).replace(/\$[\w.]+(?:\|s)?\$/g, '"value"'),
  );
}

/** A comma-separated setting. */
export function list(text = ""): string[] {
  return text.split(",").map((part) => part.trim());
}

/** Every field that an event of the sourcetype `socdefenders:indicator` can have, asked of the mapping. */
export function eventFields(): readonly string[] {
  const indicator = new URL("../../fixtures/indicators/domain.json", import.meta.url);
  const parsed = parseStixObject(JSON.parse(readFileSync(indicator, "utf8")));
  if (parsed.kind !== "object") throw new Error(parsed.reason);
  const mapped = map(parsed.object, { collection: "one" });
  if (mapped.kind !== "items") throw new Error(mapped.reason);
  return mapped.items.flatMap((item) => Object.keys(item));
}

/** Every field that an event of the sourcetype `socdefenders:health` can have, asked of what makes them. */
export function healthFields(): readonly string[] {
  const counts = { pages: 1, read: 1, mapped: 1, delivered: 1, skipped: 1, refused: 1, withheld: 1, dead_letters_dropped: 1 };
  const reasons = { skipped_reasons: { one: 1 }, refused_reasons: { one: 1 }, withheld_reasons: { one: 1 } };
  const failure = new FeedError("down", { remedy: "Wait." });
  const position = "2026-05-01T00:00:00Z";
  const summary: CollectionSummary = {
    target: "main",
    collection: "all",
    ...counts,
    ...reasons,
    position,
    duration_ms: 1,
    failure,
  };
  return healthOf(summary, Date.parse(position)).flatMap((event) => Object.keys(event));
}
