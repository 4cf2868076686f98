import { NetworkError, TargetError, toEpochSeconds, type HttpResponse, type Sink } from "@socdefenders/shared";
import { z } from "zod";
import { cutBatches } from "./hec/batch.ts";
import type { SplunkEvent } from "./mapping.ts";
import type { Splunkd } from "./splunkd.ts";

const app = "socdefenders_app";
const collection = "socdefenders_indicators";
const dataPath = `/servicesNS/nobody/${app}/storage/collections/data/${collection}`;

// limits.conf [kvstore] allows 1,000 documents and 50 MB in one batch_save; what is read back must fit an answer of 16 MB.
const mostDocuments = 1000;
const mostBytes = 8_000_000;

/** The current state of indicators in the KV Store of the search head that runs the input. */
export interface KvStore {
  /** Proves that the collection is there and may be read. Throws TargetError with advice. */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when splunkd has confirmed a document per event; a newer one that is there already stays. What an analyst suppressed is
   * kept in a collection of its own (`socdefenders_suppressions`), since a save replaces the whole document.
   */
  save(items: readonly SplunkEvent[], signal: AbortSignal): Promise<void>;
}

export function openKvStore(splunkd: Splunkd, now: () => number = Date.now): KvStore {
  /** What is there of these documents, by key. `batch_find` takes a list of queries and gives a list of results each. */
  async function find(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Known>> {
    const queries = [{ query: { $or: keys.map((_key) => ({ _key })) } }];
    const text = await confirmed("batch_find", splunkd.post(`${dataPath}/batch_find`, JSON.stringify(queries), signal));
    return new Map(parseKnown(text).map((document) => [document._key, document]));
  }

  return {
    async check(signal) {
      await confirmed("", splunkd.get(`${dataPath}?limit=1&output_mode=json`, signal));
    },
    async save(items, signal) {
      const documents = [...latest(items).values()].map((item) => ({ item, json: JSON.stringify(toDocument(item)) }));
      for (const batch of cutBatches(documents, mostBytes, mostDocuments)) {
        const known = await find(
          batch.map(({ item }) => item.key),
          signal,
        );
        const seen = Math.floor(now() / 1000);
        const rows = batch.flatMap(({ item }) => withSeen(item, known.get(item.key), seen));
        if (rows.length > 0) await confirmed("batch_save", splunkd.post(`${dataPath}/batch_save`, JSON.stringify(rows), signal));
      }
    },
  };
}

/** Both or nothing: the position moves once HEC and KV Store have confirmed. What HEC refuses is in neither. */
export function withKvStore(sink: Sink<SplunkEvent>, store: KvStore): Sink<SplunkEvent> {
  return {
    async check(signal, look) {
      await sink.check(signal, look);
      await store.check(signal);
    },
    async write(items, signal) {
      const refusals = await sink.write(items, signal);
      const refused = new Set(refusals.map(({ item }) => item));
      await store.save(
        items.filter((item) => !refused.has(item)),
        signal,
      );
      return refusals;
    },
    close: (failure) => sink.close(failure),
  };
}

/** Of several versions in one page the newest: a batch may not hold a key twice. */
function latest(items: readonly SplunkEvent[]): ReadonlyMap<string, SplunkEvent> {
  const newest = new Map<string, SplunkEvent>();
  for (const item of items) {
    const other = newest.get(item.key);
    if (other === undefined || modifiedOf(item) >= modifiedOf(other)) newest.set(item.key, item);
  }
  return newest;
}

/** The row to save, or none where a newer version is there. */
function withSeen(item: SplunkEvent, known: Known | undefined, seen: number): Record<string, unknown>[] {
  const document = toDocument(item);
  if (known?.modified_epoch !== undefined && known.modified_epoch > document.modified_epoch) return [];
  return [{ ...document, first_seen_here: known?.first_seen_here ?? seen, last_seen_here: seen }];
}

/** `ioc_value` in lower case, which lookups without regard to case need; `_epoch` fields in seconds. Revoked rows are kept and say so. */
function toDocument({ key, ioc_value, partial, ...event }: SplunkEvent) {
  return {
    _key: key,
    ...event,
    partial,
    ioc_value: ioc_value?.toLowerCase(),
    value_raw: ioc_value,
    weight: Math.max(1, Math.min(100, event.confidence ?? 60)),
    modified_epoch: modifiedOf(event),
    valid_until_epoch: event.valid_until === undefined ? undefined : toEpochSeconds(event.valid_until),
  };
}

function modifiedOf({ modified }: Pick<SplunkEvent, "modified">): number {
  return toEpochSeconds(modified) ?? 0;
}

async function confirmed(action: string, sent: Promise<HttpResponse>): Promise<string> {
  const where = `KV Store ${collection}${action === "" ? "" : `, ${action}`}`;
  const answer = await sent.catch((cause: unknown) => {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new TargetError(`${where}: ${cause.message}`, { remedy: "See that splunkd runs; the page is sent again.", cause });
  });
  if (answer.status === 200) return answer.text;
  throw new TargetError(`${where}: HTTP ${answer.status}`, { remedy: advice[answer.status] ?? otherAdvice });
}

const advice: Readonly<Record<number, string>> = {
  401: "The session key of this run has ended; the next run gets another one.",
  403: `Give the user that runs the input write permission for ${app} and its collection ${collection}.`,
  404: `Install ${app} on the search head that runs this input, or set kv_store to false.`,
};
const otherAdvice = "Look at the KV Store's state (splunk show kvstore-status); the page is sent again by the next run.";

interface Known {
  readonly _key: string;
  readonly first_seen_here?: number | undefined;
  readonly modified_epoch?: number | undefined;
}

function parseKnown(text: string): readonly Known[] {
  try {
    return knownSchema.parse(JSON.parse(text)).flat();
  } catch (cause) {
    throw new TargetError(`KV Store ${collection}, batch_find: not the list of rows that was asked for`, {
      remedy: otherAdvice,
      cause,
    });
  }
}

// What a search stored may be text, and null where it had no value: that is no time, least of all the year 1970.
const time = z
  .union([z.number(), z.string().min(1).pipe(z.coerce.number())])
  .optional()
  .catch(undefined);
const knownSchema = z.array(z.array(z.object({ _key: z.string(), first_seen_here: time, modified_epoch: time })));
