import { sortableTime, type FeedRecord } from "./records.ts";
import { sendJson } from "./server.ts";
import { refuseUnknown, sendVendorError, type VendorCall } from "./vendor.ts";

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

/**
 * `GET /api/v1/iocs/stix`, a bundle of what was added after `since`, for Pro keys. False for another path, which then is somebody else's
 * to answer.
 */
export function answerStixExport(
  call: VendorCall,
  records: readonly FeedRecord[],
  identity: unknown,
  options: StixExportOptions = {},
): boolean {
  const { response, url, tier } = call;
  if (url.pathname !== "/api/v1/iocs/stix") return false;
  if (refuseUnknown(call)) return true;
  if (tier === "free") {
    return sendVendorError(response, 403, "insufficient_scope", "This endpoint requires the read:stix scope", {
      required_scope: "read:stix",
      your_scopes: ["read:articles"],
      upgrade_url: "https://socdefenders.ai/pricing",
    });
  }
  const { largest = 1000, order = "newest first" } = options;
  const limit = Number(url.searchParams.get("limit") ?? 100);
  const offset = options.ignoresOffset === true ? 0 : Number(url.searchParams.get("offset") ?? 0);
  if (!(limit >= 1) || !(offset >= 0) || (options.refusesLarger === true && limit > largest)) {
    return sendVendorError(response, 400, "invalid_parameter", `limit must be from 1 to ${largest}, offset from 0`);
  }
  const since = sortableTime(url.searchParams.get("since") ?? "1970-01-01T00:00:00Z");
  const matching = records.filter(({ date_added }) => date_added > since);
  const ordered = order === "newest first" ? matching.toReversed() : matching;
  const page = ordered.slice(offset, offset + Math.min(limit, largest)).map(({ object }) => object);
  const objects = [identity, ...(options.markings === true ? [marking] : []), ...page];
  sendJson(response, 200, { type: "bundle", spec_version: "2.1", id: "bundle--5d0092c5-5f74-4287-9642-33f4c354e56e", objects });
  return true;
}
