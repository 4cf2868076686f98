import { failure, type FeedAnswer } from "./answer.ts";
import { withoutScope } from "./authentication.ts";
import type { Behaviour } from "./behaviour.ts";
import { sortableTime, type FeedRecord } from "./records.ts";
import { identityObject, servedObject } from "./served.ts";

/** What the documents leave open or say twice. */
export interface StixExportOptions {
  /** Indicators in one bundle at most. Default 1,000; another page says 10,000. */
  readonly largest?: number | undefined;
  /** A larger limit is refused with 400 instead of being cut. Default no. */
  readonly refusesLarger?: boolean | undefined;
  /** The offset that is documented for the list of IOCs means nothing here. Default no. */
  readonly ignoresOffset?: boolean | undefined;
  /** Default newest first. */
  readonly order?: "newest first" | "oldest first" | undefined;
  /** Whether bundles begin with the marking definition that the indicators name. Default no. */
  readonly markings?: boolean | undefined;
}

const marking = {
  type: "marking-definition",
  spec_version: "2.1",
  id: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  created: "2022-10-01T00:00:00.000Z",
  name: "TLP:GREEN",
};

export interface ExportRequest {
  readonly query: URLSearchParams;
  /** Whether the key's plan is Pro; no other one may read the export. */
  readonly isPro: boolean;
}

/** `GET /api/v1/iocs/stix`: a bundle of what was added after `since`. */
export function answerStixExport({ query, isPro }: ExportRequest, options: ExportedRecords, behaviour: Behaviour): FeedAnswer {
  if (!isPro) return failure(behaviour, withoutScope);
  const { largest = 1000, order = "newest first", refusesLarger, ignoresOffset, markings } = options.stixExport ?? {};
  const limit = Number(query.get("limit") ?? 100);
  const offset = ignoresOffset === true ? 0 : Number(query.get("offset") ?? 0);
  if (!(limit >= 1) || !(offset >= 0) || (refusesLarger === true && limit > largest)) {
    const message = `limit must be from 1 to ${largest}, offset from 0`;
    return failure(behaviour, { status: 400, code: "invalid_parameter", message });
  }
  const since = sortableTime(query.get("since") ?? "1970-01-01T00:00:00Z");
  const matching = options.records.filter(({ date_added }) => date_added > since);
  const ordered = order === "newest first" ? matching.toReversed() : matching;
  const page = ordered.slice(offset, offset + Math.min(limit, largest)).map((record) => servedObject(record, behaviour));
  const identity = identityObject(behaviour, new Date().toISOString());
  const objects = [identity, ...(markings === true ? [marking] : []), ...page];
  const bundle = { type: "bundle", spec_version: "2.1", id: "bundle--5d0092c5-5f74-4287-9642-33f4c354e56e", objects };
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(bundle) };
}

export interface ExportedRecords {
  readonly records: readonly FeedRecord[];
  readonly stixExport?: StixExportOptions | undefined;
}
