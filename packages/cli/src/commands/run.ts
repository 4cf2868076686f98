import { setTimeout as wait } from "node:timers/promises";
import { clean, ConfigurationError, ConnectorError, withDirectoryLock, type CollectionSummary } from "@socdefenders/shared";
import { loadConfig, selectTargets, type Config, type ConfiguredTarget } from "../config.ts";
import { deliver } from "../deliver.ts";
import { pollPauseMs } from "../poll-pause.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface RunFlags {
  readonly only?: string;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly acceptReset?: boolean;
  readonly acceptGap?: boolean;
}

/**
 * Delivers what is new: once, or again and again until it is told to stop. The state directory is locked for all that time and not for
 * each delivery: a second service would else poll the same feed in turns with this one and nobody would be told.
 */
export async function run(path: string, flags: RunFlags, terminal: Terminal): Promise<void> {
  assertAcceptedOnce(flags);
  const config = await loadConfig(path, terminal.environment);
  assertAcceptable(flags, config);
  const targets = selectTargets(config, flags.only);
  await withDirectoryLock(config.stateDirectory, { log: terminal.log }, (lost) =>
    deliverAgainAndAgain(config, targets, flags, { ...terminal, signal: AbortSignal.any([terminal.signal, lost]) }),
  );
}

/** What an operator accepts is accepted for this time; a service would go on accepting. */
function assertAcceptedOnce({ once, acceptReset, acceptGap }: RunFlags): void {
  if (once === true || (acceptReset !== true && acceptGap !== true)) return;
  throw new ConfigurationError("--accept-reset and --accept-gap are for one delivery", { remedy: "Add --once." });
}

/** An export has neither a collection that is rebuilt nor an order that may have a gap. */
function assertAcceptable({ acceptReset, acceptGap }: RunFlags, { feed }: Config): void {
  if (feed.source !== "stix-export" || (acceptReset !== true && acceptGap !== true)) return;
  throw new ConfigurationError("--accept-reset and --accept-gap mean nothing to feed.source: stix-export", {
    remedy: "Leave them out; to read the export from feed.start again, use `socdefenders checkpoint reset`.",
  });
}

async function deliverAgainAndAgain(
  config: Config,
  targets: readonly ConfiguredTarget[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  for (;;) {
    const summaries: CollectionSummary[] = [];
    try {
      const onSummary = async (summary: CollectionSummary): Promise<void> => {
        summaries.push(summary);
        if (flags.json === true) await terminal.print(`${JSON.stringify(toLine(summary))}\n`);
      };
      await deliver(config, targets, terminal, onSummary, { walk: { acceptReset: flags.acceptReset, acceptGap: flags.acceptGap } });
    } catch (error) {
      // A service lives through what may pass, and through the trouble of one collection; a configuration that is wrong ends it.
      const isForGood = !(error instanceof ConnectorError) || error instanceof ConfigurationError;
      if (flags.once === true || terminal.signal.aborted || isForGood) throw error;
      terminal.log.error("run_failed", error.message, { remedy: error.remedy });
    } finally {
      if (flags.json !== true && summaries.length > 0) await terminal.print(summaryTable(summaries));
    }
    if (flags.once === true) return;
    await wait(pollPauseMs(config.feed.pollSeconds), undefined, { signal: terminal.signal });
  }
}

function toLine({ failure, ...summary }: CollectionSummary): unknown {
  return { ...summary, ...(failure && { error: failure.message, remedy: failure.remedy }) };
}

function summaryTable(summaries: readonly CollectionSummary[]): string {
  const head = ["target", "collection", "pages", "read", "mapped", "delivered", "skipped", "refused", "position"];
  const rows = summaries.map((one) => [
    one.target,
    one.collection,
    one.pages,
    one.read,
    one.mapped,
    one.delivered,
    one.skipped,
    one.refused,
    one.failure === undefined ? (one.position ?? "nothing new") : "failed",
  ]);
  return formatTable(head, rows) + reasons(summaries);
}

function reasons(summaries: readonly CollectionSummary[]): string {
  const lines = summaries.flatMap(({ target, skipped_reasons, refused_reasons, withheld_reasons }) => [
    ...Object.entries(skipped_reasons).map(([reason, count]) => `${target}: ${count} skipped: ${clean(reason)}\n`),
    ...Object.entries(withheld_reasons).map(
      ([reason, count]) => `${target}: ${count} values withheld inside delivered indicators: ${clean(reason)}\n`,
    ),
    ...Object.entries(refused_reasons).map(
      ([reason, count]) => `${target}: ${count} refused, kept as dead letters: ${clean(reason)}\n`,
    ),
  ]);
  return lines.join("");
}
