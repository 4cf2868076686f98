/** One row of `SOCDefendersHealth_CL`: what one run did for one destination. */
export interface HealthRow {
  /** End of the run. */
  readonly TimeGenerated: string;
  /** The same for all destinations of a run. */
  readonly RunId: string;
  readonly Destination: "logs" | "threat-intelligence";
  /** `paused`: the run left in time for its limit, and the next one goes on from the saved position. */
  readonly Status: "succeeded" | "failed" | "paused";
  readonly Read: number;
  readonly Delivered: number;
  readonly Skipped: number;
  /** Count by reason, as of the following three. */
  readonly SkippedReasons: Readonly<Record<string, number>>;
  readonly Refused: number;
  readonly RefusedReasons: Readonly<Record<string, number>>;
  readonly Withheld: number;
  readonly WithheldReasons: Readonly<Record<string, number>>;
  /** Position by collection id, as the feed wrote it; null where nothing was ever delivered. */
  readonly Positions: Readonly<Record<string, string | null>>;
  /** Age of the oldest position at the end of the run; absent where a collection has none. */
  readonly LagSeconds?: number | undefined;
  readonly DurationMs: number;
  /** Version of the connector. */
  readonly Version: string;
  /** What failed, and what to do about it; absent on success. */
  readonly Error?: string | undefined;
  readonly Remedy?: string | undefined;
}

/** Columns of the health stream and its table, with their types in Log Analytics. */
export const healthColumns: Readonly<Record<keyof HealthRow, "string" | "long" | "real" | "datetime" | "dynamic">> = {
  TimeGenerated: "datetime",
  RunId: "string",
  Destination: "string",
  Status: "string",
  Read: "long",
  Delivered: "long",
  Skipped: "long",
  SkippedReasons: "dynamic",
  Refused: "long",
  RefusedReasons: "dynamic",
  Withheld: "long",
  WithheldReasons: "dynamic",
  Positions: "dynamic",
  LagSeconds: "real",
  DurationMs: "long",
  Version: "string",
  Error: "string",
  Remedy: "string",
};
