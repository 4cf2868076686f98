import { silentLogger } from "../log/logger.ts";
import type { Page } from "../pipeline/contract.ts";
import type { Parsed } from "../stix/object.ts";
import type { ObjectsAnswer } from "../taxii/client.ts";
import type { WalkCursor } from "../taxii/cursor.ts";
import { createPageReader, isIdentity } from "../taxii/page.ts";
import type { ExportCursor, Recent } from "./export-cursor.ts";
import { exportCollection } from "./stix-export-client.ts";

/** One bundle of the export, read. */
export interface ExportPart {
  readonly page: Page;
  /** Fingerprints of its indicators, known or not. Identities and markings stand outside of what limit and offset count. */
  readonly served: readonly string[];
  readonly recent: readonly Recent[];
  /** What is known once this part is delivered. A part that is not must leave no trace: what it brought would never come again. */
  readonly context: ExportContext;
}

/** What was delivered of that which any bundle may begin with. */
export interface ExportContext {
  readonly identities: ExportCursor["identities"];
  /** Fingerprints. */
  readonly markings: readonly string[];
}

/** Reads one bundle and remembers nothing of it; `tail` is what the part before ended with. */
export type ReadExportPart = (answer: ObjectsAnswer, tail: readonly string[], context: ExportContext) => ExportPart;

export interface ExportPageOptions {
  /** How one served object is read. Default `parseStixObject`. */
  readonly parse?: ((content: unknown) => Parsed) | undefined;
}

/** Reads bundles as the TAXII source reads its pages. What the cursor knows is left out, and what the part before brought. */
export function createExportPageReader({ parse }: ExportPageOptions, from: Pick<ExportCursor, "recent">): ReadExportPart {
  // The reader's own log lines are about dates, which an export does not have.
  const options = { collection: exportCollection, log: silentLogger, overlap: 0n, parse };
  const recent = from.recent.map(([, fingerprint]) => fingerprint);

  return (answer, tail, { identities, markings }) => {
    const read = createPageReader(options, cursorKnowing([], identities));
    const cursor = cursorKnowing([...recent, ...markings, ...tail], []);
    const step = read(answer, { cursor, addedAfter: never, reached: undefined });
    const contents = answer.objects.filter((content) => !isIdentity(content));
    const all = contents.map((content, place) => ({ content, fingerprint: step.served[place] ?? "" }));
    const served = all.flatMap(({ content, fingerprint }) => (isMarking(content) ? [fingerprint] : []));
    const indicators = all.filter(({ content }) => !isMarking(content));
    return {
      page: { ...step.page, cursor: undefined },
      served: indicators.map(({ fingerprint }) => fingerprint),
      recent: indicators.map(({ content, fingerprint }) => [modifiedOf(content), fingerprint]),
      context: { identities: step.cursor?.identities ?? identities, markings: [...new Set([...markings, ...served])] },
    };
  };
}

// The reader compares dates of pages, and these have none.
const never = "1970-01-01T00:00:00.000000Z";

/** A cursor of the TAXII walk that knows nothing but fingerprints. */
function cursorKnowing(fingerprints: readonly string[], identities: ExportCursor["identities"]): WalkCursor {
  const recent = [{ until: never, fingerprints }];
  return { schema: 2, position: never, mode: "backfill", settled: never, recent, witnesses: [], identities };
}

const memberOf = (content: unknown, name: "type" | "modified"): unknown =>
  typeof content === "object" && content !== null ? (content as Readonly<Record<string, unknown>>)[name] : undefined;

const isMarking = (content: unknown): boolean => memberOf(content, "type") === "marking-definition";

function modifiedOf(content: unknown): string {
  const modified = memberOf(content, "modified");
  return typeof modified === "string" ? modified : "";
}
