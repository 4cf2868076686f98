import { toEpochSeconds, type Sink, untilAborted } from "@socdefenders/shared";
import type { SplunkEvent } from "./mapping.ts";
import { escapeXml } from "./scheme.ts";

/** Writes text to standard output and resolves once the pipe has all of it; rejects where its reader is gone. */
export type WriteOut = (text: string) => Promise<void>;

export interface EventStreamOptions {
  /** Stanza the events belong to. */
  readonly stanza: string;
  /** Index to name; undefined leaves it to the stanza. */
  readonly index: string | undefined;
  readonly write: WriteOut;
}

const eventsInPiece = 200;

/**
 * Events on splunkd's XML stream. What `write` confirms is that the pipe has taken the events, not that splunkd has indexed them: a
 * splunkd that is killed between the two loses up to what the pipe holds (64 KB). HEC is the way without that gap.
 */
export function createEventStreamSink({ stanza, index, write }: EventStreamOptions): Sink<SplunkEvent> {
  return {
    check: async () => undefined,
    async write(items, signal) {
      for (let start = 0; start < items.length; start += eventsInPiece) {
        const piece = items.slice(start, start + eventsInPiece).map((item) => toXml(item, stanza, index));
        // A reader that does not read would hold a stopped run for ever.
        await untilAborted(write(piece.join("")), signal);
      }
      return [];
    },
    close: async () => undefined,
  };
}

/** A complete event (Splunk, "Set up streaming"): no `unbroken`, so that one is one. */
function toXml(item: SplunkEvent, stanza: string, index: string | undefined): string {
  const indexXml = index === undefined ? "" : `<index>${escapeXml(index)}</index>`;
  const time = toEpochSeconds(item.modified);
  return (
    `<event stanza="${escapeXml(stanza)}">${time === undefined ? "" : `<time>${time.toFixed(3)}</time>`}` +
    `<source>${escapeXml(`socdefenders:${item.collection}`)}</source><sourcetype>socdefenders:indicator</sourcetype>${indexXml}` +
    `<data>${escapeXml(JSON.stringify(item))}</data></event>\n`
  );
}
