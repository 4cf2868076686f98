import type { Logger } from "../log/logger.ts";
import { startTime, type FeedConfig } from "../taxii/config.ts";
import type { Offered } from "../taxii/feed.ts";
import type { SendToFeed } from "../taxii/send.ts";
import { createStixExportClient, exportCollection } from "./stix-export-client.ts";
import { createStixExportSource } from "./stix-export.ts";

/** The STIX export in the place of a TAXII server: one collection, which is there when the key may read it. */
export function openStixExport(config: FeedConfig, send: SendToFeed, log: Logger): Offered {
  const client = createStixExportClient(config, send);
  const start = (): string => startTime(config.start, Date.now());
  return {
    async collections(signal) {
      // Proves address and key: an export has no directory that could be asked instead.
      await client.bundle({ since: start(), limit: 1, offset: 0 }, signal);
      return [exportCollection];
    },
    source: (_, options) => createStixExportSource({ client, start: start(), overlap: config.overlap, log, ...options }),
  };
}
