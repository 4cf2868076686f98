import { addCounts, type PageOutcome } from "@socdefenders/shared";
import type { HealthRow } from "../health-row.ts";
import type { Failure } from "./failure.ts";

/** What one run did for one destination. */
export interface Outcome {
  readonly destination: HealthRow["Destination"];
  readonly status: HealthRow["Status"];
  readonly counts: Counts;
  /** Position by collection id; null where nothing was ever delivered. */
  readonly positions: Readonly<Record<string, string | null>>;
  readonly failures: readonly Failure[];
  readonly durationMs: number;
}

/** Pages and items, the latter three by reason. */
export interface Counts {
  pages: number;
  read: number;
  delivered: number;
  readonly skipped: Record<string, number>;
  readonly refused: Record<string, number>;
  readonly withheld: Record<string, number>;
}

export const noCounts = (): Counts => ({ pages: 0, read: 0, delivered: 0, skipped: {}, refused: {}, withheld: {} });

/** Counts a page that is delivered and behind the saved position: also of a collection that the run leaves half-way. */
export function addPage(counts: Counts, { read, delivered, skipped, refused, withheld }: PageOutcome): void {
  counts.pages += 1;
  counts.read += read;
  counts.delivered += delivered;
  addCounts(counts.skipped, skipped);
  addCounts(counts.refused, refused);
  addCounts(counts.withheld, withheld);
}
