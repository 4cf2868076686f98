import type { Logger } from "../log/logger.ts";
import type { Page, Source } from "../pipeline/contract.ts";
import type { ObjectsAnswer } from "../taxii/client.ts";
import { pagingError } from "../taxii/paging-error.ts";
import { backBy, laterOf } from "../taxii/time-order.ts";
import {
  createExportPageReader,
  type ExportContext,
  type ExportPageOptions,
  type ExportPart,
  type ReadExportPart,
} from "./export-page.ts";
import { keepRecent, keepTail, readExportCursor, type ExportCursor, type ExportWalk } from "./export-cursor.ts";
import { asksTooMuch, exportCollection, type ExportQuery, type StixExportClient } from "./stix-export-client.ts";

export interface StixExportOptions extends ExportPageOptions {
  readonly client: StixExportClient;
  /** `since` of a first export. */
  readonly start: string;
  /** How far before the last export the next one reaches, in microseconds. */
  readonly overlap: bigint;
  readonly log: Logger;
  /** Bundles one run reads at most; the next one goes on behind them. Default 100,000. */
  readonly mostPages?: number | undefined;
}

// The page "GET /api/v1/iocs/stix" gives Pro 10,000 a request, the OpenAPI document 1,000, and 100 is the default of both.
const documentedLimits = [10_000, 1000, 100];
const largestLimit = 10_000;
const smallestLimit = 100;
const mostOverlap = 100;
const mostRestarts = 3;

/**
 * Reads the vendor's STIX export (`GET /api/v1/iocs/stix`), a snapshot in parts. It is for a first fill and for a network that does not
 * let TAXII through, and no replacement for the TAXII source: the documents disagree on whether `since` sees updates, the export is cut off
 * silently where the plan's look-back ends, and it gives neither order nor cursor nor the date an object was added.
 *
 * Parts are asked for by `offset`, which the vendor documents for the list of IOCs and not for this export. So that nothing is taken on
 * trust, each part begins with objects of the part before: where none of them comes, the export has changed in between and is read again
 * from its beginning; where its beginning comes, `offset` means nothing to the server, and an export that is as long as a limit is
 * refused as cut off. The position moves when an export was read to its end, to the server's clock at its beginning.
 */
export function createStixExportSource(options: StixExportOptions): Source {
  return {
    pages: (from, signal) => readExport(options, from === undefined ? undefined : readExportCursor(from), signal),
  };
}

async function* readExport(options: StixExportOptions, from: ExportCursor | undefined, signal: AbortSignal): AsyncGenerator<Page> {
  const { start, overlap, log, mostPages = 100_000 } = options;
  const before: ExportCursor = from ?? { schema: "iocs-stix-1", position: start, recent: [], identities: [] };
  const since = from === undefined ? start : backBy(from.position, overlap);
  const ask = createAsking(options.client, signal);
  const readPart = createExportPageReader(options, before);
  let walk = before.walk;
  let context: ExportContext = { identities: before.identities, markings: [] };
  let restarts = 0;

  for (let pages = 0; pages < mostPages; pages += 1) {
    signal.throwIfAborted();
    const offset = walk === undefined ? 0 : walk.read - walk.overlap;
    const answer = await ask({ since: walk?.since ?? since, offset });
    const part = readPart(answer, walk?.tail ?? [], context);
    if (walk !== undefined && part.served.includes(walk.head) && (await ignoresOffset(walk, ask, readPart, context))) {
      assertWhole(part.served.length, answer.limit);
      // What is new since the first part comes with the next export.
      return yield finish(walk, before, {
        context,
        page: { objects: [], unreadable: [], repeated: part.served.length, cursor: undefined },
      });
    }
    if (walk !== undefined && !follows(part, walk)) {
      restarts += 1;
      if (restarts > mostRestarts) throw pagingError(exportCollection, "the export changes faster than it can be read");
      log.warn("export_changed", "the export changed while it was read; reading it again from its beginning", { read: walk.read });
      walk = undefined;
      continue;
    }
    walk ??= { since, began: answer.clock, head: part.served[0] ?? "", read: 0, overlap: 0, tail: [], recent: [] };
    if (isEnd(part, walk)) return yield finish(walk, before, part);
    walk = advance(walk, offset, part);
    context = part.context;
    yield { ...part.page, cursor: { ...before, identities: context.identities, walk } satisfies ExportCursor };
  }
  log.warn("page_cap", `${mostPages} bundles are enough for one run; the next one goes on`, { collection: exportCollection.id });
}

type Ask = (query: Omit<ExportQuery, "limit">) => Promise<ObjectsAnswer>;

/** Asks for as much as the server gives at once: half of it where it refuses or where the answer is too large. */
function createAsking(client: StixExportClient, signal: AbortSignal): Ask {
  let limit = largestLimit;
  return async (query) => {
    for (;;) {
      try {
        return await client.bundle({ ...query, limit }, signal);
      } catch (error) {
        if (limit === smallestLimit || !asksTooMuch(error)) throw error;
        limit = Math.max(smallestLimit, Math.floor(limit / 2));
      }
    }
  };
}

/** Whether a part begins among the last objects of the part before, as it was asked to, and not in the middle of a changed export. */
function follows({ served }: ExportPart, { overlap, tail, head }: ExportWalk): boolean {
  if (served.includes(head)) return false;
  return overlap === 0 || served.some((fingerprint) => tail.includes(fingerprint));
}

/** Nothing but what was asked for once more. A longer part of known objects was pushed back by new ones, and there is more behind it. */
function isEnd({ served }: ExportPart, { overlap, tail }: ExportWalk): boolean {
  return served.length <= overlap && served.every((fingerprint) => tail.includes(fingerprint));
}

// No export is that long: a server that heeds the offset has nothing there.
const farBehind = 1_000_000_000;

async function ignoresOffset(
  { since, head, tail }: ExportWalk,
  ask: Ask,
  readPart: ReadExportPart,
  context: ExportContext,
): Promise<boolean> {
  return readPart(await ask({ since, offset: farBehind }), tail, context).served.includes(head);
}

/** An export in one part is whole unless it is exactly as long as what was asked for, or what some document says is the most. */
function assertWhole(length: number, limit: number): void {
  if (length !== limit && !documentedLimits.includes(length)) return;
  throw pagingError(
    exportCollection,
    `the server gives the first ${length} indicators and ignores offset; set a later feed.start, or use feed.source: taxii, which has no such end`,
  );
}

function advance(walk: ExportWalk, offset: number, { served, recent }: ExportPart): ExportWalk {
  return {
    ...walk,
    read: offset + served.length,
    overlap: Math.min(mostOverlap, Math.floor(served.length / 2)),
    tail: keepTail(served),
    recent: keepRecent([...walk.recent, ...recent]),
  };
}

/**
 * The end of an export: the new position, with what else the last part brought (markings, an identity that changed). Without the
 * server's clock the position stays, and the next run reads the same export again.
 */
function finish(walk: ExportWalk, before: ExportCursor, { page, context }: Pick<ExportPart, "page" | "context">): Page {
  const position = walk.began === undefined ? before.position : laterOf(before.position, walk.began);
  const recent = keepRecent([...before.recent, ...walk.recent]);
  return { ...page, cursor: { schema: "iocs-stix-1", position, recent, identities: context.identities } satisfies ExportCursor };
}
