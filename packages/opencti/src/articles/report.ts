import { fromMicroseconds, toMicroseconds, type Article, type StixObject, type Tlp } from "@socdefenders/shared";
import { marked, toBundle, type OpenctiBundle } from "../mapping/bundle.ts";
import { attackPatternId, nameId, reportId } from "../mapping/identifiers.ts";
import { textOf } from "../mapping/shared-properties.ts";
import { author, markingOf } from "../platform/provenance.ts";

/** What makes a report the same one again: OpenCTI adds new references to those of a report that it holds. */
export interface ReportKey {
  readonly name: string;
  /** UTC with three digits, as OpenCTI prints it for the report's id. */
  readonly published: string;
}

/** Name and date of the report; undefined where the article has no date that has come, and so is not published. */
export function reportKeyOf(article: Article, now: number): ReportKey | undefined {
  const published = toMicroseconds(article.published_at ?? "");
  if (published === undefined || published > BigInt(now) * 1000n) return undefined;
  const title = textOf(article.title) ?? "";
  return { name: title.length < 2 ? addressOf(article.id) : title, published: inMilliseconds(published) };
}

/** The article as a report, with what it tells of and `refs`, the objects that named it. */
export function toReport(article: Article, key: ReportKey, refs: readonly string[], tlp: Tlp): OpenctiBundle {
  const markings = [markingOf(tlp)];
  const told = [
    ...vulnerabilities(article, key, markings),
    ...attackPatterns(article, key),
    ...intrusionSets(article, key, markings),
  ];
  const description = textOf(article.summary) ?? textOf(article.ai_summary);
  const labels = labelsOf(article);
  const report: StixObject = {
    ...reportStub(article.id, key, [...refs, ...told.map(({ id }) => id)], markings),
    ...(description !== undefined && { description }),
    report_types: ["threat-report"],
    ...(labels.length > 0 && { labels }),
    external_references: referencesOf(article),
  };
  return toBundle([...told, report], markings);
}

/** A report that OpenCTI holds, with more objects that named its article. */
export function toAddition(id: string, key: ReportKey, refs: readonly string[], tlp: Tlp): OpenctiBundle {
  const markings = [markingOf(tlp)];
  return toBundle([reportStub(id, key, refs, markings)], markings);
}

function reportStub(
  id: string,
  { name, published }: ReportKey,
  refs: readonly string[],
  markings: readonly StixObject[],
): StixObject {
  return {
    type: "report",
    spec_version: "2.1",
    id: reportId(name, published),
    created: published,
    modified: published,
    created_by_ref: author.id,
    ...marked(markings),
    name,
    published,
    object_refs: [...new Set(refs)],
    external_references: [{ source_name: "SOC Defenders", url: addressOf(id) }],
  };
}

const addressOf = (id: string): string => `https://socdefenders.ai/item/${id}`;

const inMilliseconds = (time: bigint): string => fromMicroseconds((time / 1000n) * 1000n).replace(/\.(\d{3})\d*Z$/, ".$1Z");

function vulnerabilities(
  { cve_ids = [] }: Article,
  { published }: ReportKey,
  markings: readonly StixObject[],
): readonly StixObject[] {
  const names = distinct(cve_ids.map((id) => id.trim().toUpperCase()).filter((id) => /^CVE-\d{4}-\d{4,}$/.test(id)));
  return names.map((name) => ({
    ...named("vulnerability", name, published),
    ...marked(markings),
    created_by_ref: author.id,
    external_references: [{ source_name: "cve", external_id: name }],
  }));
}

/** Without author and marking: ATT&CK is public, and its own importer's are not to be replaced. */
function attackPatterns({ mitre_techniques = [] }: Article, { published }: ReportKey): readonly StixObject[] {
  const techniques = new Map(mitre_techniques.map(({ id, name }) => [id.trim().toUpperCase(), textOf(name)]));
  return [...techniques].flatMap(([technique, name]) => {
    if (!/^T\d{4}(?:\.\d{3})?$/.test(technique)) return [];
    const url = `https://attack.mitre.org/techniques/${technique.replace(".", "/")}`;
    return {
      ...named("attack-pattern", name ?? technique, published),
      id: attackPatternId(technique),
      x_mitre_id: technique,
      external_references: [{ source_name: "mitre-attack", external_id: technique, url }],
    };
  });
}

function intrusionSets(
  { threat_actors = [] }: Article,
  { published }: ReportKey,
  markings: readonly StixObject[],
): readonly StixObject[] {
  const names = threat_actors.map((name) => name.trim());
  const ids = names.map((name) => nameId("intrusion-set", name));
  const once = names.filter((name, place) => name.length >= 2 && ids.indexOf(ids[place] ?? "") === place);
  return once.map((name) => ({
    ...named("intrusion-set", name, published),
    ...marked(markings),
    created_by_ref: author.id,
  }));
}

function named(type: string, name: string, published: string): StixObject {
  return { type, spec_version: "2.1", id: nameId(type, name), created: published, modified: published, name };
}

function labelsOf({ tags = [], tech_tags = [], industry_tags = [], category }: Article): readonly string[] {
  const words = [...tags, ...tech_tags, ...industry_tags, category ?? ""];
  return distinct(words.map((word) => word.trim().replace(/^#/, "").toLowerCase()).filter((word) => word !== ""));
}

/** Where it stands at SOC Defenders and at its publisher. */
function referencesOf({ id, url, source_name }: Article): readonly object[] {
  const ours = { source_name: "SOC Defenders", url: addressOf(id) };
  const isElsewhere = url !== undefined && URL.canParse(url) && url !== ours.url;
  return isElsewhere ? [ours, { source_name: source_name ?? new URL(url).host, url }] : [ours];
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
