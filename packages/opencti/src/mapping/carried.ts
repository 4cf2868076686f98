import { isStixIdentifier, toMicroseconds, type Mapped, type MappingContext, type StixObject } from "@socdefenders/shared";
import { author, repairedFeedIdentity } from "../platform/provenance.ts";
import { marked, markingsOf, toBundle, type OpenctiBundle } from "./bundle.ts";
import { isKnownType, observableTypeName } from "./known-type.ts";
import { sharedProperties, textOf } from "./shared-properties.ts";

/**
 * An object that is no indicator, as it is: with its own id, under which the platform finds it again, its references and dates. Its
 * markings, labels and external references take the form that indicators have; what only OpenCTI may say is left out. Skipped is
 * what the platform would refuse.
 */
export function carry(object: StixObject, context: MappingContext): Mapped<OpenctiBundle> {
  const markings = markingsOf(object, context);
  const carried = { ...carriedProperties(object), ...provenanceOf(object), ...marked(markings), ...sharedProperties(object) };
  const reason = refusalOf(object) ?? missingPart(carried as StixObject);
  if (reason !== undefined) return { kind: "skipped", reason };
  return { kind: "items", items: [toBundle([carried as StixObject], markings)] };
}

function refusalOf({ type, id }: StixObject): string | undefined {
  if (type === "marking-definition") return "marking-definition: a TLP level goes with what it marks";
  // Under the author's id a feed could give the author of everything another name.
  if (id === repairedFeedIdentity || id === author.id) return "identity: the author goes with every object";
  if (!isKnownType(type)) return `${type}: OpenCTI has no such type`;
  return isStixIdentifier(id) ? undefined : `${type}: no valid id`;
}

/** Made anew for every object, or orders to the platform: delete, merge, share, store a file. Those are not the feed's to give. */
const notCarried =
  /^(?:object_marking_refs|granular_markings|labels|external_references|kill_chain_phases|nb_deps|(?:x_)?opencti_.*|x_socdefenders_.*)$/;

function carriedProperties(object: StixObject): Readonly<Record<string, unknown>> {
  const members: [string, unknown][] = [];
  for (const [name, value] of Object.entries(object)) {
    if (notCarried.test(name)) continue;
    const content = carriedValue(name, value);
    if (content !== undefined) members.push([name, content]);
  }
  return Object.fromEntries(members);
}

function carriedValue(name: string, value: unknown): unknown {
  if (name.endsWith("_refs") && Array.isArray(value)) {
    const ids = [...new Set(value.flatMap((id: unknown) => carriedReference(id) ?? []))];
    return ids.length === 0 ? undefined : ids;
  }
  if (name.endsWith("_ref")) return carriedReference(value);
  return name === "extensions" ? foreignExtensions(value) : value;
}

/** References to the feed's own identity lead to the author, those to types that OpenCTI does not have to nothing. */
function carriedReference(id: unknown): string | undefined {
  if (typeof id !== "string" || !isStixIdentifier(id)) return undefined;
  // Under the author's id a feed could give the author of everything another name.
  if (id === repairedFeedIdentity || id === author.id) return author.id;
  return isKnownType(id.slice(0, id.indexOf("--"))) ? id : undefined;
}

/** OpenCTI's own extensions say the same as the `opencti_` properties do. */
const openctiExtensions: ReadonlySet<string> = new Set([
  "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba",
  "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82",
]);

function foreignExtensions(extensions: unknown): unknown {
  if (typeof extensions !== "object" || extensions === null) return undefined;
  const foreign = Object.entries(extensions).filter(([name]) => !openctiExtensions.has(name));
  return foreign.length === 0 ? undefined : Object.fromEntries(foreign);
}

/** Identities speak for themselves; cyber-observables have no author in STIX, and one under OpenCTI's own name. */
function provenanceOf({ type, created_by_ref }: StixObject): object {
  if (observableTypeName(type) !== undefined) return { x_opencti_created_by_ref: author.id };
  return type === "identity" || carriedReference(created_by_ref) !== undefined ? {} : { created_by_ref: author.id };
}

/** What the platform demands beyond a type and an id. It would refuse the object each time the worker tries. */
const demanded: Readonly<Record<string, readonly string[]>> = {
  grouping: ["name", "context"],
  note: ["content"],
  opinion: ["opinion"],
  "observed-data": ["object_refs", "first_observed", "last_observed", "number_observed"],
  relationship: ["relationship_type", "source_ref", "target_ref"],
  report: ["name", "published"],
  sighting: ["sighting_of_ref", "where_sighted_refs"],
};

function missingPart(object: StixObject): string | undefined {
  const { type } = object;
  const isObservable = observableTypeName(type) !== undefined;
  if (isObservable) return hasContent(object) ? undefined : `${type}: OpenCTI derives no id from its properties`;
  const names = demanded[type] ?? (type === "malware-analysis" ? [] : ["name"]);
  const missing = names.find((name) => object[name] === undefined || isBlank(object[name]));
  if (missing !== undefined) return `${type}: OpenCTI demands ${missing}`;
  const untimely = names.find((name) => times.has(name) && toMicroseconds(textOf(object[name]) ?? "") === undefined);
  if (untimely !== undefined) return `${type}: ${untimely} is no time`;
  const isShort = names.includes("name") && (textOf(object["name"]) ?? "").length < 2;
  return isShort ? `${type}: OpenCTI demands a name of two characters` : undefined;
}

const times: ReadonlySet<string> = new Set(["published", "first_observed", "last_observed"]);

/** The properties of which the platform derives an observable's id: one of them at least. Of a type not named here it is `value`. */
const derivedFrom: Readonly<Record<string, readonly string[]>> = {
  artifact: ["hashes", "payload_bin", "url"],
  "autonomous-system": ["number"],
  "bank-account": ["iban"],
  directory: ["path"],
  "email-message": ["from_ref", "subject", "body"],
  file: ["hashes", "name"],
  "media-content": ["url"],
  mutex: ["name"],
  "network-traffic": ["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols"],
  "payment-card": ["card_number"],
  process: ["pid", "command_line"],
  software: ["name", "cpe", "swid", "vendor", "version"],
  "user-account": ["account_type", "user_id", "account_login"],
  "windows-registry-key": ["key", "values"],
  "x509-certificate": ["hashes", "serial_number", "subject"],
};

function hasContent(object: StixObject): boolean {
  return (derivedFrom[object.type] ?? ["value"]).some((name) => {
    const value = object[name];
    if (typeof value === "number") return true;
    return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : textOf(value) !== undefined;
  });
}

const isBlank = (value: unknown): boolean => typeof value === "string" && value.trim() === "";
