/** One line of the table that `pnpm bench` prints. */
export interface Measurement {
  readonly what: string;
  /** In units of its own: objects a second, milliseconds, MB. */
  readonly measured: string;
  /** Against something measured in the same run; only this can be compared between machines. */
  readonly ratio: string;
  readonly comparedWith: string;
  readonly goal?: string;
}

/** One column of the table of the whole way to each target, by the names of its rows; the first is its head. */
export type WholeWay = Readonly<Record<string, string>>;

declare module "vitest" {
  interface TaskMeta {
    measurements?: readonly Measurement[];
    wholeWays?: readonly WholeWay[];
    /** Why there are none. */
    notMeasured?: string;
  }
}

/** What `printComparison` prints. */
export interface Comparison {
  readonly parsing: Samples;
  readonly working: Samples;
  readonly share: Samples;
  /** The same share in processor time, which other work on the machine disturbs less. */
  readonly processorShare: Samples;
  /** What a million objects cost of it. */
  readonly processorSeconds: Samples;
}

/** The ratio of a comparison in words. */
export function shares({ share, processorShare }: Comparison): string {
  return `${percent(share.median)} (${percent(share.least)} to ${percent(share.most)}); of processor time ${percent(processorShare.median)}`;
}

/** What was taken several times. */
export interface Samples {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function summarise(values: readonly number[]): Samples {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 };
}

export const thousands = (value: number): string => Math.round(value).toLocaleString("en");
export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** `goal ≥ 30 %: reached` or `: missed`. */
export function goal(wanted: string, isReached: boolean): string {
  return `${wanted}: ${isReached ? "reached" : "missed"}`;
}

/** The row of a run of a million objects: its memory behind each 100,000, which must stay under so many MB. */
export function memoryRow(what: string, megabytes: readonly number[], most: number): Measurement {
  const [first = 0] = megabytes;
  return {
    what: `resident memory at each 100,000 of 1,000,000 ${what}`,
    measured: `${megabytes.map((size) => size.toFixed(0)).join(", ")} MB`,
    ratio: `${((megabytes.at(-1) ?? 0) / first).toFixed(2)}×`,
    comparedWith: `after the first 100,000: ${first.toFixed(0)} MB`,
    goal: goal(`< ${most} MB`, Math.max(...megabytes) < most),
  };
}
