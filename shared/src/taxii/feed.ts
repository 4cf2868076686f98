import { ConfigurationError } from "../errors/configuration-error.ts";
import { FeedError } from "../errors/feed-error.ts";
import { createHttpClient } from "../http/request.ts";
import type { RetryPolicy } from "../http/retry.ts";
import type { Logger } from "../log/logger.ts";
import type { Host, Look, Source } from "../pipeline/contract.ts";
import { onlyLook } from "../pipeline/look.ts";
import { createTaxiiClient } from "./client.ts";
import type { Collection } from "./resources.ts";
import { startTime, type FeedConfig } from "./config.ts";
import { examineFeed } from "./examination.ts";
import { keyBudget } from "./key-budget.ts";
import { withLookBack } from "./look-back.ts";
import { createFeedSender, type SendToFeed } from "./send.ts";
import { openStixExport } from "../vendor/stix-export-feed.ts";
import { sharedForMs, sharePages, type SharedPages } from "./shared-pages.ts";
import { createTaxiiSource, type TaxiiSourceOptions } from "./source.ts";

/** A feed opened with its own connections. */
export interface Feed {
  readonly endpoint: string;
  /** Every collection the server lists, readable or not. */
  listCollections(signal: AbortSignal): Promise<readonly Collection[]>;
  /** The ones the configuration chose. Throws ConfigurationError, with what there is, when one of them is not readable here. */
  chosenCollections(signal: AbortSignal): Promise<readonly Collection[]>;
  /**
   * Proves address, key and chosen collections, and looks at clock and budget: a small page of each collection is read and nothing is
   * stored but what that cost. Throws FeedError or ConfigurationError with advice.
   */
  check(signal: AbortSignal, look?: Look): Promise<void>;
  /** Any other request with the feed's key, within the same budget. */
  readonly send: SendToFeed;
  /** The walk through a collection. */
  source(collection: Collection, options?: SourceOptions): Source;
  close(): Promise<void>;
}

/** What a caller may change of a walk. */
export type SourceOptions = Pick<TaxiiSourceOptions, "parse" | "acceptReset" | "acceptGap" | "mostPages">;

/** With `readers`, the number of targets, above 1, what they ask alike is asked once. */
export function openFeed(config: FeedConfig, host: Host, retryPolicy?: RetryPolicy, readers: number = 1): Feed {
  const { log, budgets } = host;
  const { ca, clientCertificate, proxy, timeoutMs } = config;
  const chooseProxy = proxy === undefined ? host.chooseProxy : () => proxy;
  const http = createHttpClient({ ...host, ca, clientCertificate, timeoutMs, chooseProxy });
  const { limiter, circuit } = keyBudget(config, budgets, retryPolicy?.coolDownMs);
  const send = createFeedSender({ http, limiter, circuit, policy: retryPolicy });
  const offered = config.source === "taxii" ? openTaxii(config, send, log, readers) : openStixExport(config, send, log);
  const listExport =
    config.source === "taxii"
      ? undefined
      : (sending: SendToFeed, signal: AbortSignal) => openStixExport(config, sending, log).collections(signal);
  return {
    endpoint: config.endpoint.href,
    send,
    listCollections: offered.collections,
    chosenCollections: async (signal) => chooseCollections(config.collections, await offered.collections(signal)),
    check: (signal, look = onlyLook) =>
      examineFeed(
        { config, send, budgets, log, listExport, choose: (listed) => chooseCollections(config.collections, listed) },
        look,
        signal,
      ),
    source: offered.source,
    async close() {
      await limiter.flush(log);
      await http.close();
    },
  };
}

/** What a feed is read by. */
export interface Offered {
  readonly collections: (signal: AbortSignal) => Promise<readonly Collection[]>;
  readonly source: Feed["source"];
}

function openTaxii(config: FeedConfig, send: SendToFeed, log: Logger, readers: number): Offered {
  const client = createTaxiiClient(config, send, log);
  const now = steadyNow();
  const unshared: SharedPages = { collections: (signal) => client.collections(signal), walk: () => client };
  const shared = readers > 1 ? sharePages(client) : unshared;
  return {
    collections: (signal) => shared.collections(signal),
    source: (collection, options) => ({
      pages: (from, signal) =>
        createTaxiiSource({
          client: withLookBack(shared.walk(), { saved: from?.position, log, now }),
          collection,
          start: startTime(config.start, now()),
          pageSize: config.pageSize,
          overlap: config.overlap,
          log,
          ...options,
        }).pages(from, signal),
    }),
  };
}

/** The same time for walks that begin within a minute, or none would ask for the pages of another that starts so long before it. */
function steadyNow(): () => number {
  let known = -Infinity;
  return () => {
    const now = Date.now();
    if (Math.abs(now - known) >= sharedForMs) known = now;
    return known;
  };
}

/** Collections by id, alias or title; `*` is all readable ones, each once. */
export function chooseCollections(wanted: readonly string[], offered: readonly Collection[]): readonly Collection[] {
  const readable = offered.filter(({ can_read }) => can_read);
  const chosen = new Set<Collection>();
  for (const name of wanted) {
    const found = name === "*" ? readable : readable.filter(({ id, alias, title }) => [id, alias, title].includes(name));
    if (found.length === 0 && name === "*") {
      throw new FeedError("the feed lists no collection that this key can read", {
        remedy: "Check the plan of the key; if the list was empty for a moment only, the next run finds it.",
      });
    }
    if (found.length === 0) {
      const names = readable.map(({ id }) => id).join(", ") || "none";
      throw new ConfigurationError(`no readable collection ${JSON.stringify(name)}`, {
        remedy: `Choose from: ${names}.`,
      });
    }
    for (const collection of found) chosen.add(collection);
  }
  return [...chosen];
}
