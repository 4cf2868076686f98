import { choice, count, flag, origin, type Switch } from "./switch.ts";

/**
 * How a simulated feed behaves where the vendor's documents contradict each other or the standard, or leave something open. A member
 * left out is what the vendor documents.
 */
export interface Behaviour {
  /** The objects reference shows a bundle, the export guide speaks of a TAXII envelope (TAXII 2.1 §3.7). */
  readonly container: "bundle" | "envelope";
  /** Whether a bundle says `more` and `next` as an envelope does. */
  readonly bundleWithMore: boolean;
  /** What goes with `more: true`; TAXII 2.1 §3.5 allows a date walk instead of a cursor. The reference server pops a page a request. */
  readonly next: "stateless" | "none" | "popped" | "one-for-all";
  /** Objects requests after the start of a walk from which its cursors are refused; 0 is never. */
  readonly cursorRequests: number;
  /** Seconds after the start of a walk from which its cursors are refused; 0 is never. The reference server takes 30. */
  readonly cursorSeconds: number;
  /** `more: true` on a last page that is full, with nothing behind it (legal, TAXII 2.1 §3.5). */
  readonly moreTooOften: boolean;
  /** Records on one page at most, whatever limit is asked for. */
  readonly largestPage: number;
  /** A larger limit is answered with 400; 0 is any. */
  readonly largestLimit: number;
  /** What the feed's own dates keep: coarse ones make ties. */
  readonly datePrecision: Precision;
  /** What the X-TAXII headers keep of those dates. */
  readonly headerPrecision: Precision;
  /** MITRE's server writes JavaScript dates; a page without a header is legal only when it is empty (TAXII 2.1 §3.2). */
  readonly dateHeaders: "rfc3339" | "mitre" | "none";
  /** Whether each page starts with the feed's own identity. */
  readonly identity: "first" | "absent";
  /** Whether that identity takes a place of the limit. */
  readonly identityCounts: boolean;
  /** The export guide names `identity--socdefenders`, which is no UUID. */
  readonly identityId: "uuid" | "name";
  /** The objects reference shows the time of the answer as `modified`. */
  readonly identityDates: "answer" | "fixed" | "none";
  /** The export reference shows indicators without created and modified, the objects reference with seconds. */
  readonly indicatorDates: "recorded" | "seconds" | "none";
  /** A bundle with `spec_version`, a leftover of STIX 2.0. */
  readonly bundleVersion: boolean;
  /** TLP 2.0 GREEN is referred to, its object never served. */
  readonly marking: "recorded" | "green" | "unknown" | "none";
  /** The documents name two families of ids; TAXII 2.1 §5.2.1 wants UUIDs, with an alias beside them. */
  readonly collections: "vendor" | "guide" | "uuid";
  /** Lists one more collection, which this key may not read. */
  readonly unreadable: boolean;
  /** What becomes of the collections at request `goneAtRequest`. */
  readonly gone: "never" | "unlisted" | "renamed" | "listed";
  readonly goneAtRequest: number;
  /** The export guide's discovery document has no `default`. */
  readonly discovery: "full" | "only-default" | "only-api-roots" | "no-root";
  /** How the API root is written; the vendor serves discovery without `www` and names a root with it. */
  readonly apiRoot: "own" | "relative" | "twin" | "http" | "foreign" | "slashes" | "backslashes";
  /** Where a stranger is, for `apiRoot` and redirects. */
  readonly foreignOrigin: string;
  /** Whether the API root answers itself; the vendor documents no such answer. */
  readonly apiRootInformation: boolean;
  /** The pages name different schemes. */
  readonly accepts: "all" | "bearer" | "basic" | "x-api-key";
  /** The vendor's error object, the TAXII error resource (TAXII 2.1 §3.6.1), or a gateway's page. */
  readonly errorBody: "vendor" | "taxii" | "html";
  readonly contentType: "taxii" | "json";
  /** Compresses for clients that accept it. */
  readonly gzip: boolean;
  /** `match[type]` is the STIX type by TAXII 2.1 §3.4.4, the indicator's subtype by the vendor's prose. */
  readonly filters: "prose" | "spec" | "ignored";
  /** An older `added_after` is answered with 403 lookback_exceeded; 0 is any. Pro plans reach back 365 days. */
  readonly lookbackDays: number;
  /** Adds a CVE, an ATT&CK technique and a YARA rule as indicators. */
  readonly unusualObjects: boolean;
  /** What becomes of the objects at request `resetAtRequest`. */
  readonly reset: "never" | "emptied" | "older-dates" | "newer-dates";
  readonly resetAtRequest: number;
  /** How Retry-After is written on 429 and 503; the vendor documents none. */
  readonly retryAfter: "none" | "seconds" | "date";
  readonly retryAfterSeconds: number;
  /** Milliseconds before a late head and between the pieces of a dripping body. */
  readonly slowMs: number;
}

export type Precision = "microsecond" | "millisecond" | "second";

/** The switches of a feed as its options: each may be left out. */
export type BehaviourOptions = { readonly [Name in keyof Behaviour]?: Behaviour[Name] | undefined };

/** Every switch by its name. The only list: defaults, the command's `--with` and its help are made from it. */
export const switches: { readonly [Name in keyof Behaviour]: Switch<Behaviour[Name]> } = {
  container: choice("what an objects page is", "bundle", "envelope"),
  bundleWithMore: flag("a bundle says more and next too"),
  next: choice("cursor of a page that is not the last", "stateless", "none", "popped", "one-for-all"),
  cursorRequests: count("requests after which the cursors of a walk are refused with 400; 0 is never", 0),
  cursorSeconds: count("seconds after which the cursors of a walk are refused with 400; 0 is never", 0),
  moreTooOften: flag("a last page that is full says more too, and nothing follows"),
  largestPage: count("records on a page at most, whatever limit is asked for", 1000),
  largestLimit: count("a larger limit is refused with 400; 0 is any", 0),
  datePrecision: choice("what the feed keeps of the time an object was added", "microsecond", "millisecond", "second"),
  headerPrecision: choice("what the X-TAXII headers keep of that time", "microsecond", "millisecond", "second"),
  dateHeaders: choice("how the X-TAXII headers write a time", "rfc3339", "mitre", "none"),
  identity: choice("the feed's identity on each page", "first", "absent"),
  identityCounts: flag("the identity takes a place of the limit"),
  identityId: choice("id of the identity: a UUID, or identity--socdefenders", "uuid", "name"),
  identityDates: choice("modified of the identity: time of the answer, a fixed one, or no dates", "answer", "fixed", "none"),
  indicatorDates: choice("created and modified of indicators", "recorded", "seconds", "none"),
  bundleVersion: flag("the bundle has a spec_version"),
  marking: choice(
    "marking of indicators: as recorded, TLP 2.0 GREEN, one nobody knows, or none",
    "recorded",
    "green",
    "unknown",
    "none",
  ),
  collections: choice("ids: soc-defenders-all, all-iocs, or UUIDs with an alias", "vendor", "guide", "uuid"),
  unreadable: flag("lists a collection that the key may not read"),
  gone: choice(
    "404 for every collection: no longer listed, listed under a new id, or listed all the same",
    "never",
    "unlisted",
    "renamed",
    "listed",
  ),
  goneAtRequest: count("objects request from which collections are gone", 1),
  discovery: choice("what the discovery document names", "full", "only-default", "only-api-roots", "no-root"),
  apiRoot: choice("how the API root is written", "own", "relative", "twin", "http", "foreign", "slashes", "backslashes"),
  foreignOrigin: origin("the host that foreign roots and redirects lead to", "https://stranger.example"),
  apiRootInformation: flag("the API root answers itself"),
  accepts: choice("authentication schemes that are taken", "all", "bearer", "basic", "x-api-key"),
  errorBody: choice("body of an error", "vendor", "taxii", "html"),
  contentType: choice("content type of an answer", "taxii", "json"),
  gzip: flag("compresses answers for clients that accept it"),
  filters: choice("match[type] as the vendor's prose has it, as TAXII has it, or of no effect", "prose", "spec", "ignored"),
  lookbackDays: count("an older added_after is refused with 403 lookback_exceeded; 0 is any", 0),
  unusualObjects: flag("adds a CVE, an ATT&CK technique and a YARA rule as indicators"),
  reset: choice("what becomes of the objects half-way", "never", "emptied", "older-dates", "newer-dates"),
  resetAtRequest: count("objects request from which the objects are reset", 2),
  retryAfter: choice("Retry-After of 429 and 503", "none", "seconds", "date"),
  retryAfterSeconds: count("how long Retry-After says to wait", 1),
  slowMs: count("milliseconds before a late head, and between the pieces of a dripping body", 1000),
};

/** The options with the vendor's way for all that is left out. */
export function behaviourOf(options: BehaviourOptions): Behaviour {
  const chosen = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(switches).map(([name, { default: fallback }]) => [name, chosen[name] ?? fallback]),
  ) as unknown as Behaviour;
}
