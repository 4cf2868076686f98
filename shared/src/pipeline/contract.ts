import type { z } from "zod";
import type { ChooseProxy } from "../http/proxy.ts";
import type { Logger } from "../log/logger.ts";
import type { Tlp } from "../stix/marking.ts";
import type { StixObject } from "../stix/object.ts";
import type { Observable } from "../stix/pattern/collect.ts";
import type { BudgetStore } from "../taxii/budget-store.ts";
import type { ArticleClient } from "../vendor/articles.ts";

/**
 * Where a walk through one collection stands. Only the source that made it reads it; stores keep it verbatim as JSON.
 * `position` is the feed's own time stamp, for people and summaries.
 */
export interface Cursor {
  readonly position: string;
  readonly [member: string]: unknown;
}

/** Something the feed served that is no STIX object, or of which a target refused something for good. It goes to the dead letters. */
export interface Rejected {
  readonly reason: string;
  /** What the feed served, or the object a refused item was made of: from that a later mapping can make a better one. */
  readonly content: unknown;
  /** Absent for what could not be read. */
  readonly refused?: RefusedItems | undefined;
}

/** Which of the items that a mapping makes of one object a target refused: their places, from 0, among `of`. */
export interface RefusedItems {
  readonly items: readonly number[];
  readonly of: number;
}

/** The unit of delivery and of redelivery. */
export interface Page {
  /** New objects in the feed's order; what earlier pages already brought is left out and counted in `repeated`. */
  readonly objects: readonly StixObject[];
  readonly unreadable: readonly Rejected[];
  readonly repeated: number;
  /** What to save once every object of this page is delivered; undefined while the feed has not said where it stands. */
  readonly cursor: Cursor | undefined;
}

/** One collection of a feed. */
export interface Source {
  /**
   * Every page after `from`, or from the configured start. Called once a run. Throws FeedError when the feed cannot be read on,
   * PositionError when `from` is none of its own, and the signal's reason on abort.
   */
  pages(from: Cursor | undefined, signal: AbortSignal): AsyncIterable<Page>;
}

export interface MappingContext {
  /** Id of the collection the object came from. */
  readonly collection: string;
  /**
   * False for an observable that the filter holds back: a mapping with a record an observable leaves it out, and asks once for each. The
   * filter counts what it said no to.
   */
  readonly keeps?: (observable: Observable) => boolean;
  /** What markings of which none is TLP count as. Default `TLP:RED`. */
  readonly unknownMarking?: Tlp | "none";
}

/**
 * What becomes of one object: items to deliver, or a stable reason why it has none (it is counted under that reason). `withheld` counts,
 * by stable reason, the values that such an object names and that no item of their own came of.
 */
export type Mapped<Item> =
  | { readonly kind: "items"; readonly items: readonly Item[]; readonly withheld?: Readonly<Record<string, number>> | undefined }
  | { readonly kind: "skipped"; readonly reason: string };

/** Pure: no clock, no network, no environment. The same object always gives the same items, with ids that never change. */
export type Mapping<Item> = (object: StixObject, context: MappingContext) => Mapped<Item>;

/** An item the target will never take, the very one it was given, and why. Everything else of the same write is delivered. */
export interface Refusal<Item> {
  readonly item: Item;
  readonly reason: string;
}

/** What a check found to be so. A `remedy`, one imperative sentence, stands where that should not stay so: it is a warning. */
export interface Finding {
  readonly message: string;
  readonly remedy?: string | undefined;
}

/**
 * Takes down one thing that a check looks at, under a stable snake_case name: its finding, or the error that `examine` throws, which is
 * thrown on.
 */
export type Look = (name: string, examine: () => Promise<Finding>) => Promise<void>;

export interface Sink<Item> {
  /**
   * Proves address, credential and destination for real and stores nothing; what cannot be proven so, a finding says. Each thing it looks
   * at goes through `look`, which may be left out. Throws TargetError or ConfigurationError with advice.
   */
  check(signal: AbortSignal, look?: Look): Promise<void>;
  /**
   * Resolves when the target has confirmed every item but the refused. Throws TargetError when it has not: then the whole page is
   * read and written again later, so items carry ids the target recognises. A page of very many items comes in several writes.
   */
  write(items: readonly Item[], signal: AbortSignal): Promise<readonly Refusal<Item>[]>;
  /** Called once at the end of a run; `failure` is what ended it early. Releases connections and never throws. */
  close(failure?: Error): Promise<void>;
}

/** What a position belongs to: change any member and the walk starts anew instead of going on from a place that is not its own. */
export interface PositionKey {
  /** Name of the target instance. */
  readonly target: string;
  readonly endpoint: string;
  readonly collection: string;
  /** Identity of the filter; absent without one. */
  readonly filter?: string | undefined;
}

export interface CheckpointStore {
  /** The saved cursor; undefined on a first run. Throws PositionError when something is there but cannot be read. */
  load(key: PositionKey): Promise<Cursor | undefined>;
  /** Replaces the cursor atomically and durably: after a crash either the old or the new one is there. */
  save(key: PositionKey, cursor: Cursor): Promise<void>;
}

/** What the process around a connector lends it. */
export interface Host {
  readonly log: Logger;
  readonly userAgent: string;
  /** Where a feed keeps what its key has spent of its requests. Without it a restart forgets that. */
  readonly budgets?: BudgetStore | undefined;
  /** The vendor's articles within the budget of the feed, and where it is kept what became of them; absent where nothing is delivered. */
  readonly articles?: { readonly client: ArticleClient; readonly directory: string } | undefined;
  /** The environment's proxies; absent where there are none. */
  readonly chooseProxy?: ChooseProxy | undefined;
}

/** An opened destination. `checkpoints` is there only where the target itself keeps the position; else the host's store does. */
export interface Target<Item> {
  readonly sink: Sink<Item>;
  readonly checkpoints?: CheckpointStore;
}

/** One place a connector delivers to, and the items that are made for it. */
export interface Destination<Item> {
  /** Goes behind the instance's name (`sentinel-ti`) where a connector has several: each keeps its own position and dead letters. */
  readonly suffix?: string | undefined;
  readonly map: Mapping<Item>;
  open(host: Host): Target<Item>;
}

/** Everything the core knows of a SIEM. */
export interface Connector<Config> {
  readonly name: string;
  /** The operator's section as it is written, for editors and the reference page. */
  readonly schema: z.ZodObject;
  /** Reads the operator's section strictly; `path` is where it stands (`splunk`), for messages. Throws ConfigurationError. */
  parseConfig(input: unknown, path: string): Config;
  /** At least one; one that fails never stops the others. */
  destinations(config: Config): readonly Destination<unknown>[];
}
