import { z } from "zod";
import { FeedError } from "../errors/feed-error.ts";
import { NetworkError } from "../errors/network-error.ts";
import { fromMicroseconds } from "../stix/timestamp.ts";
import { parseBody } from "../taxii/answer-body.ts";
import { answerError } from "../taxii/answer-error.ts";
import type { ObjectsAnswer } from "../taxii/client.ts";
import type { FeedConfig } from "../taxii/config.ts";
import type { Collection } from "../taxii/resources.ts";
import type { SendToFeed } from "../taxii/send.ts";
import { createVendorGet, vendorUrl } from "./vendor-get.ts";

/** The export as something to read from; its id is a name in positions and summaries, none that the vendor knows. */
export const exportCollection: Collection = {
  id: "iocs-stix",
  title: "STIX export of all indicators (feed.source: stix-export)",
  can_read: true,
};

export interface ExportQuery {
  /** Lower bound, sent verbatim. */
  readonly since: string;
  readonly limit: number;
  readonly offset: number;
}

export interface StixExportClient {
  /** One bundle. Throws FeedError with a remedy, and the signal's reason on abort. */
  bundle(query: ExportQuery, signal: AbortSignal): Promise<ObjectsAnswer>;
}

export function createStixExportClient(config: FeedConfig, send: SendToFeed): StixExportClient {
  const get = createVendorGet(config, send, "application/stix+json;version=2.1, application/json");
  return {
    async bundle({ since, limit, offset }, signal) {
      const url = vendorUrl(config, "/api/v1/iocs/stix");
      url.searchParams.set("since", since);
      url.searchParams.set("limit", String(limit));
      if (offset > 0) url.searchParams.set("offset", String(offset));
      // Priced like a page of objects: the documents say why those cost more (a whole bundle is made), and not what this one costs.
      const response = await get(url, { kind: "backfill" }, signal);
      if (response.status !== 200) throw answerError(response, url, remedies);
      const { objects } = parseBody(response.text, bundleSchema, "a STIX bundle", url);
      const clock = Date.parse(response.header("date") ?? "");
      return {
        objects: objects ?? [],
        more: undefined,
        next: undefined,
        limit,
        dateAddedFirst: undefined,
        dateAddedLast: undefined,
        clock: Number.isNaN(clock) ? undefined : fromMicroseconds(BigInt(clock) * 1000n),
      };
    },
  };
}

/** Whether the same question with a smaller limit may be answered. */
export function asksTooMuch(error: unknown): boolean {
  if (!(error instanceof FeedError)) return false;
  const isTooLarge = error.cause instanceof NetworkError && /^(?:TOO_LARGE|ERR_BUFFER_TOO_LARGE)$/.test(error.cause.code);
  return isTooLarge || error.status === 400;
}

const remedies: ReadonlyMap<string, string> = new Map([
  ["insufficient_scope", "Use a key with the scope read:stix: the STIX export is part of the Pro plan."],
  ["lookback_exceeded", "Set feed.start to a later time: the Pro plan looks back 365 days."],
]);

const bundleSchema = z
  .looseObject({ type: z.unknown(), objects: z.array(z.unknown()).nullish() })
  .refine(({ type, objects }) => Array.isArray(objects) || type === "bundle", "neither a bundle nor objects");
