import { onlyLook, TargetError, toEpochSeconds, type Finding, type Host, type Refusal, type Sink } from "@socdefenders/shared";
import type { SplunkConfig } from "./config.ts";
import { cutBatches, cutPieces, type Encoded } from "./hec/batch.ts";
import { createHecClient, type HecTiming } from "./hec/client.ts";
import { openExamination } from "./hec/examination.ts";
import type { SplunkEvent } from "./mapping.ts";

type Batch = readonly Encoded<SplunkEvent>[];
type Refusals = readonly Refusal<SplunkEvent>[];

// Behind a refused event the rest goes in pieces of this size: each further refusal repeats one piece, not all that is left.
const pieceSize = 50;

/**
 * Sends events to the HTTP Event Collector's `/services/collector/event`, gzipped, in batches cut by bytes and count, several at a time.
 * An event it refuses is set aside and the rest of its batch is sent again: whether Splunk indexed the events before the refused one is
 * not documented, so they may be there twice; searches take one per `key` and `modified`.
 */
export function createSink(config: SplunkConfig, host: Host, timing?: Partial<HecTiming>): Sink<SplunkEvent> {
  const client = createHecClient(config, host, timing);

  async function deliver(batch: Batch, signal: AbortSignal): Promise<Refusals> {
    const [first] = batch;
    if (first === undefined) return [];
    const outcome = await client.post(batch.map(({ json }) => json).join("\n"), signal);
    if (outcome.kind === "accepted") return [];
    if (outcome.kind === "no-data") throw confused("events are answered as no data");
    const reason = outcome.kind === "too-large" ? "HTTP 413: larger than Splunk takes" : outcome.reason;
    if (batch.length === 1) return [{ item: first.item, reason }];
    // Which event is meant is not said: halves find it.
    const place = outcome.kind === "too-large" ? undefined : outcome.place;
    if (place === undefined) return deliverEach(halves(batch), signal);
    const refused = batch[place];
    if (refused === undefined) throw confused(`${reason}, about an event that was not sent`);
    const others = [batch.slice(0, place), ...cutPieces(batch.slice(place + 1), pieceSize)];
    return [{ item: refused.item, reason }, ...(await deliverEach(others, signal))];
  }

  async function deliverEach(batches: Iterable<Batch>, signal: AbortSignal): Promise<Refusals> {
    const refusals: Refusal<SplunkEvent>[] = [];
    for (const batch of batches) refusals.push(...(await deliver(batch, signal)));
    return refusals;
  }

  /** An empty body is answered 400, code 5 (no data), once address and token are right. */
  async function examineToken(signal: AbortSignal): Promise<Finding> {
    const { kind } = await client.post("", signal);
    if (kind !== "no-data" && kind !== "accepted") throw confused(`an empty request is answered as ${kind}`);
    return { message: "Splunk knows the token" };
  }

  return {
    async check(signal, look = onlyLook) {
      const examination = openExamination(config, host);
      try {
        for (const origin of config.endpoints) await look("health", () => examination.health(origin, signal));
        await look("token", () => examineToken(signal));
        await look("acknowledgement", () => examination.acknowledgement(signal));
        await look("index", async () => examineIndex(config.index));
      } finally {
        await examination.close();
      }
    },
    async write(items, signal) {
      // The workers share one generator: each takes the next batch when its last one is confirmed. The first failure ends them all.
      const batches = cutBatches(encodeAll(items, config.index), config.batchBytes);
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      const workers = Array.from({ length: config.concurrency }, async () => {
        try {
          return await deliverEach(batches, either);
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      });
      const results = await Promise.allSettled(workers);
      signal.throwIfAborted();
      failed.signal.throwIfAborted();
      return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    },
    close: () => client.close(),
  };
}

/** HEC tells of an index when it is given an event for it, and not before. */
function examineIndex(index: string | undefined): Finding {
  if (index === undefined) return { message: "the token's own default index" };
  return {
    message: `${index}: whether it exists and the token may write to it shows with the first event only`,
    remedy: `After the first run, search index=${index} sourcetype=socdefenders:indicator.`,
  };
}

function halves(batch: Batch): readonly Batch[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

function confused(what: string): TargetError {
  return new TargetError(`the HTTP Event Collector answers strangely: ${what}`, {
    remedy: "Check splunk.endpoint and what lies between: something changes the requests on their way.",
  });
}

function* encodeAll(items: readonly SplunkEvent[], index: string | undefined): Generator<Encoded<SplunkEvent>> {
  for (const item of items) yield { item, json: JSON.stringify(toEnvelope(item, index)) };
}

/** The envelope HEC takes; `fields` are indexed, so that `tstats` finds them. No host: Splunk names the sender. */
function toEnvelope(item: SplunkEvent, index: string | undefined): Record<string, unknown> {
  const { indicator_id, ioc_type, ioc_value, revoked } = item;
  return {
    time: toEpochSeconds(item.modified),
    source: `socdefenders:${item.collection}`,
    sourcetype: "socdefenders:indicator",
    index,
    event: item,
    fields: { indicator_id, ioc_type, ioc_value, revoked: String(revoked) },
  };
}
