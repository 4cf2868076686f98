import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulatedKeys, startFeed, type FeedOptions, type FeedRecord } from "@socdefenders/simulator";
import { assertCounted, deadLetters, newestVersions, positionsIn, unexpected } from "./accounts.ts";
import { startFront, type FrontRequest, type WireFault } from "./front.ts";
import { claimedBy, findSecrets, readTree, repetitions, type SavedCursor } from "./invariant.ts";
import type { Plan } from "./plan.ts";
import { startProgram, type Ended, type Program } from "./program.ts";
import { keyOfRecord, makeRecords } from "./records.ts";
import { startTarget, type Target, type TargetName } from "./targets.ts";

export const pageSize = 40;

/** What happens on the way, by number of the page or of the delivery. */
export interface Traffic {
  readonly page?: ((request: FrontRequest) => WireFault | undefined) | undefined;
  readonly delivery?: ((request: FrontRequest) => WireFault | undefined) | undefined;
  /** The target holds a delivery, and has not said so yet. */
  readonly delivered?: ((request: FrontRequest) => void) | undefined;
}

export interface SceneOptions {
  /** The packaged command. */
  readonly program: readonly string[];
  /** Another program in the place of the command, which finds all it needs in its environment. */
  readonly host?: ((places: { readonly feed: string; readonly target: string; readonly state: string }) => Host) | undefined;
  readonly records?: FeedRecord[] | undefined;
  readonly feed?: Partial<FeedOptions> | undefined;
  /** Lines of the section `feed`. */
  readonly feedLines?: string | undefined;
}

interface Host {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface RunOptions {
  readonly plan?: Plan | undefined;
  readonly flags?: readonly string[] | undefined;
  readonly largestFile?: number | undefined;
  /** The exit codes that are right. Default any. */
  readonly codes?: readonly number[] | undefined;
}

/** What became of one scene; `lost` and `secrets` are 0, or the scene fails. */
export interface Tally {
  readonly runs: number;
  readonly lost: number;
  readonly repeated: number;
  readonly secrets: number;
}

/** A feed, one target, a state directory, and as many processes one after another as a test starts. */
export interface Scene {
  readonly target: Target;
  readonly records: FeedRecord[];
  readonly state: string;
  /** May be changed while a process runs. */
  traffic: Traffic;
  /** Kills the process that runs. */
  kill(): void;
  /** Starts `run` as a service; to be awaited with {@link Scene.settle}. */
  start(options?: RunOptions): Program;
  /** Waits for a process and holds the state it leaves against what the target holds. */
  settle(program: Program): Promise<Ended>;
  /** `run --once` from start to end. */
  run(options?: RunOptions): Promise<Ended>;
  /** More repetitions are in order from here on: an operator asked for them, or answers were lost. */
  allowRepeats(count: number): void;
  /** A run without faults must end with 0 and leave the target with what was served. */
  finish(options?: RunOptions): Promise<Tally>;
  /** Versions that were served, and that the target does not hold and no dead letter names. */
  missing(): string[];
  /** Whether a saved position claims all that was served: a service that is told to stop now has nothing in hand. */
  isSettled(): boolean;
  tally(): Tally;
  close(): Promise<void>;
}

export async function openScene(
  name: TargetName,
  { program, records = makeRecords(120), host, feed: feedOptions, feedLines = "" }: SceneOptions,
): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), "socdefenders-faults-"));
  const state = join(directory, "state");
  const feed = await startFeed({ records, ...feedOptions });
  const target = await startTarget(name);
  let running: Program | undefined;
  let runs = 0;
  let allowed = 0;
  let leaks = 0;

  const feedFront = await startFront({
    upstream: feed,
    counts: (path) => path.includes("/objects/"),
    onRequest: (request) => scene.traffic.page?.(request),
    onTaken: () => undefined,
  });
  const targetFront = await startFront({
    upstream: target.server,
    tls: target.tls,
    counts: target.isDelivery,
    onRequest: (request) => {
      const fault = scene.traffic.delivery?.(request);
      // What the target has taken and could not say is sent again.
      if (fault === "lost" || fault === "half" || fault === "drip") allowed += pageSize;
      return fault;
    },
    onTaken: (request) => scene.traffic.delivered?.(request),
  });
  const config = join(directory, "config.yaml");
  writeFileSync(
    config,
    `feed:
  endpoint: ${feedFront.url}/api/taxii2/
  api_key: "\${API_KEY}"
  collections: [soc-defenders-all]
  start: "2000-01-01T00:00:00Z"
  page_size: ${pageSize}
${feedLines}state_directory: "${state}"
${target.section(targetFront.url, directory)}`,
  );

  const secrets = (): string[] => [simulatedKeys.pro, ...target.secrets];
  const hosts = { feed: new URL(feedFront.url).host, target: new URL(targetFront.url).host };

  function start(args: readonly string[], { plan, flags = [], largestFile }: RunOptions): Program {
    runs += 1;
    running = startProgram({
      ...(host?.({ feed: `${feedFront.url}/api/taxii2/`, target: targetFront.url, state }) ?? {
        command: [...program, "run", config, "--json", ...args, ...flags],
        environment: { API_KEY: simulatedKeys.pro, ...target.environment },
      }),
      plan: { ...hosts, ...plan },
      largestFile,
    });
    return running;
  }

  async function settle(started: Program): Promise<Ended> {
    const ended = await started.ended;
    if (ended.code !== 0) allowed += pageSize;
    const outputs = {
      "standard output": ended.stdout,
      "standard error": ended.stderr,
      "the state on the platform": target.state?.() ?? "",
    };
    const found = findSecrets(secrets(), { ...readTree(directory), ...outputs });
    leaks += found.length;
    if (found.length > 0) throw new Error(`a secret can be read in ${found.join(", ")}`);
    assertCounted(ended.stdout);
    const held = isHeld();
    for (const cursor of savedCursors()) {
      const ahead = claimedBy(cursor, records)
        .filter((record) => !held(record))
        .map(keyOfRecord);
      if (ahead.length > 0)
        throw new Error(`the saved position is ahead of ${ahead.length} versions: ${ahead.slice(0, 3).join(", ")}`);
    }
    return ended;
  }

  /** A position that cannot be read claims nothing. */
  function savedCursors(): SavedCursor[] {
    const texts =
      target.state === undefined
        ? Object.entries(existsSync(state) ? readTree(state) : {}).flatMap(([path, text]) =>
            /\/[^./][^/]*\.json$/.test(path) ? [text] : [],
          )
        : positionsIn(target.state());
    return texts.flatMap((text) => {
      try {
        const { cursor } = JSON.parse(text) as { cursor?: SavedCursor };
        return cursor === undefined ? [] : [cursor];
      } catch {
        return [];
      }
    });
  }

  function isHeld(): (record: FeedRecord) => boolean {
    const stored = new Set(target.stored());
    const newest = newestVersions(target.stored());
    const setAside = new Set(deadLetters(state));
    return (record) => {
      const { id, modified } = record.object;
      const isReplaced = target.keepsNewest === true && (newest.get(String(id)) ?? 0) > Date.parse(String(modified));
      return stored.has(keyOfRecord(record)) || setAside.has(String(id)) || isReplaced;
    };
  }

  const missing = (): string[] => {
    const held = isHeld();
    return records.filter((record) => !held(record)).map(keyOfRecord);
  };

  const scene: Scene = {
    target,
    records,
    state,
    traffic: {},
    kill: () => void running?.process.kill("SIGKILL"),
    start: (options = {}) => start([], options),
    settle,
    async run(options = {}) {
      const ended = await settle(start(["--once"], options));
      if (options.codes !== undefined && !options.codes.includes(ended.code ?? -1))
        throw new Error(unexpected(ended, options.codes));
      return ended;
    },
    allowRepeats: (count) => void (allowed += count),
    missing,
    isSettled: () => new Set(savedCursors().flatMap((cursor) => claimedBy(cursor, records))).size === records.length,
    async finish(options) {
      scene.traffic = {};
      await scene.run({ codes: [0], ...options });
      return scene.tally();
    },
    tally() {
      const lost = missing();
      if (lost.length > 0) throw new Error(`${lost.length} versions are lost: ${lost.slice(0, 3).join(", ")}`);
      const served = new Set(records.map(keyOfRecord));
      const strange = target.stored().filter((key) => !served.has(key));
      if (strange.length > 0)
        throw new Error(`${strange.length} versions came that were never served: ${strange.slice(0, 3).join(", ")}`);
      const repeated = repetitions(target.stored());
      if (repeated > allowed) throw new Error(`${repeated} deliveries were repetitions; ${allowed} can be explained`);
      return { runs, lost: lost.length, repeated, secrets: leaks };
    },
    async close() {
      running?.process.kill("SIGKILL");
      await Promise.all([feedFront, targetFront, feed, target.server].map((server) => server.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return scene;
}
