import { clean, ConfigurationError, systemClock, withDirectoryLock, type CollectionSummary } from "@socdefenders/shared";
import { loadConfig, selectTargets, type Config, type ConfiguredTarget } from "../config.ts";
import { deliver, openDelivery } from "../deliver.ts";
import { openOperations } from "../service/operations.ts";
import type { Turn } from "../service/schedule.ts";
import { serve } from "../service/service.ts";
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
  const work = flags.once === true ? deliverOnce : deliverAgainAndAgain;
  await withDirectoryLock(config.stateDirectory, { log: terminal.log }, (lost) =>
    work(config, targets, flags, { ...terminal, signal: AbortSignal.any([terminal.signal, lost]) }),
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

async function deliverOnce(
  config: Config,
  targets: readonly ConfiguredTarget[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const summaries: CollectionSummary[] = [];
  try {
    await deliver(config, targets, terminal, {
      onSummary: printer(flags, terminal, summaries),
      walk: { acceptReset: flags.acceptReset, acceptGap: flags.acceptGap },
    });
  } finally {
    if (flags.json !== true && summaries.length > 0) await terminal.print(summaryTable(summaries));
  }
}

async function deliverAgainAndAgain(
  config: Config,
  targets: readonly ConfiguredTarget[],
  flags: RunFlags,
  terminal: Terminal,
): Promise<void> {
  const operations = await openOperations(config, targets, terminal);
  // Runs of several targets begin and end at any time: bars of them would stand in each other's way.
  const service = { ...terminal, progress: undefined };
  const onSummary = async (summary: CollectionSummary): Promise<void> => {
    if (flags.json === true) await printer(flags, terminal, [])(summary);
    else await terminal.print(summaryTable([summary]));
  };
  const delivery = openDelivery(config, targets, service, { onSummary, ...(operations && { observer: operations }) });
  try {
    const served = targets.map((target) => ({ ...target, run: () => delivery.deliverTo(target) }));
    const onWait = (target: string, turn: Turn | undefined): void => operations?.waits(target, turn);
    await serve(served, { clock: systemClock, log: terminal.log, signal: terminal.signal, onWait });
  } finally {
    delivery.close();
    await operations?.close();
  }
}

const printer =
  ({ json }: RunFlags, terminal: Terminal, summaries: CollectionSummary[]) =>
  async (summary: CollectionSummary): Promise<void> => {
    summaries.push(summary);
    if (json === true) await terminal.print(`${JSON.stringify(toLine(summary))}\n`);
  };

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
