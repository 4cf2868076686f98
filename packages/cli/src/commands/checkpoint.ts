import { basename } from "node:path";
import {
  clean,
  ConfigurationError,
  listPositions,
  positionName,
  positionPrefix,
  removePosition,
  userAgent,
  withDirectoryLock,
  type PositionRecord,
  type SavedPosition,
} from "@socdefenders/shared";
import { loadConfig, selectTargets, type Config, type ConfiguredTarget } from "../config.ts";
import { formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface ResetFlags {
  readonly only?: string;
  readonly collection?: string;
}

/** Shows the position of every target and collection in the state directory. A damaged one is a PositionError. */
export async function showPositions(path: string, flags: { readonly json?: boolean }, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const { remote } = await splitTargets(config.targets, terminal);
  for (const { name } of remote) terminal.log.info("position_elsewhere", elsewhere(name), { target: name });
  const records: PositionRecord[] = [];
  for (const { record, problem } of await listPositions(config.stateDirectory)) {
    if (problem !== undefined) throw problem;
    if (record !== undefined) records.push(record);
  }
  const rows = records.map((record) => toRow(record, config));
  if (flags.json === true) return terminal.print(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const cells = rows.map((row) => [row.target, row.collection, row.position, row.saved_at, row.in_use ? "yes" : "no"]);
  await terminal.print(formatTable(["target", "collection", "position", "saved at", "in use"], cells));
}

/** Forgets positions, so that the next run reads from `feed.start`. Throws LockError while a run is under way. */
export async function resetPositions(path: string, flags: ResetFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(path, terminal.environment);
  const { local, remote } = await splitTargets(selectTargets(config, flags.only), terminal);
  const [first] = remote;
  if (local.length === 0 && first !== undefined) {
    throw new ConfigurationError(elsewhere(first.name), {
      remedy: "Reset the connector's state in OpenCTI (Data > Ingestion > Connectors).",
    });
  }
  for (const { name } of remote) terminal.log.warn("position_elsewhere", elsewhere(name), { target: name });
  await withDirectoryLock(config.stateDirectory, { log: terminal.log }, async () => {
    const positions = (await listPositions(config.stateDirectory)).filter((one) => belongsTo(one, local, config));
    for (const position of choose(positions, flags.collection)) {
      await removePosition(position);
      await terminal.print(`${describe(position)}: reset\n`);
    }
  });
}

/** Which targets keep their position in the state directory, and which keep it themselves. */
async function splitTargets(targets: readonly ConfiguredTarget[], { log }: Terminal) {
  const local: ConfiguredTarget[] = [];
  const remote: ConfiguredTarget[] = [];
  for (const target of targets) {
    const { checkpoints, sink } = target.open({ log, userAgent });
    await sink.close();
    (checkpoints === undefined ? local : remote).push(target);
  }
  return { local, remote };
}

const elsewhere = (name: string): string => `${name} keeps its position on its own platform, not in the state directory`;

function toRow({ key, cursor, saved_at }: PositionRecord, { feed, filter, targets }: Config) {
  const current = { ...key, endpoint: feed.endpoint.href, filter: filter?.identity };
  const isKnown = targets.some(({ name }) => name === key.target);
  // Other feeds, former filters and former targets leave theirs behind: the next run does not go on from there.
  return { ...key, position: cursor.position, saved_at, in_use: isKnown && positionName(current) === positionName(key) };
}

/** A damaged position says no more than its file name does, which starts with the target's. */
function belongsTo({ path, record }: SavedPosition, targets: readonly ConfiguredTarget[], { feed }: Config): boolean {
  if (record === undefined) return targets.some(({ name }) => basename(path).startsWith(positionPrefix(name)));
  return record.key.endpoint === feed.endpoint.href && targets.some(({ name }) => name === record.key.target);
}

function choose(positions: readonly SavedPosition[], collection: string | undefined): readonly SavedPosition[] {
  if (collection === undefined) return positions;
  const chosen = positions.filter(({ record }) => record?.key.collection === collection);
  if (chosen.length > 0) return chosen;
  const known = [...new Set(positions.map(({ record }) => record?.key.collection).filter((id) => id !== undefined))];
  throw new ConfigurationError(`--collection ${collection}: no position is saved for it`, {
    remedy: known.length === 0 ? "No position is saved at all." : `Choose from: ${known.join(", ")}.`,
  });
}

function describe({ path, record }: SavedPosition): string {
  if (record === undefined) return path;
  // Part by part: "splunk" and what follows it would be taken for an Authorization header.
  return `${record.key.target} ${clean(record.key.collection)} (was at ${clean(record.cursor.position)})`;
}
