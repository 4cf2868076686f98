/** The moments of a delivery at which a process can be hit from inside, in the order in which they come. */
export type InnerPoint =
  | "lock-opened"
  | "lock-held"
  | "page-asked"
  | "page-head"
  | "page-received"
  | "items-mapped"
  | "request-sent"
  | "answered"
  | "dead-letter-half"
  | "dead-letter-written"
  | "position-opened"
  | "position-half"
  | "before-rename"
  | "after-rename"
  | "budget-written";

/** A point, and the how manieth time it is come to. */
export interface Moment {
  readonly point: InnerPoint;
  /** From 1. */
  readonly nth: number;
}

/** What is done to one process of the connectors, by what is preloaded into it. Everything left out stays as it is. */
export interface Plan {
  /** Host and port, by which requests are told apart. */
  readonly feed?: string;
  readonly target?: string;
  readonly kill?: Moment;
  /** From this point on each change of a file fails so; a full disk takes half of a write. */
  readonly disk?: { readonly code: "ENOSPC" | "EROFS" | "EIO"; readonly from: Moment };
  /** How far the wall clock is ahead, in milliseconds, from the start or from a moment on. */
  readonly clock?: { readonly aheadMs: number; readonly from?: Moment };
  /** Waits and clocks of the process run so many times as fast; time limits of requests do not. */
  readonly pace?: number;
  /** Time limits of requests are so many times as short. */
  readonly impatience?: number;
  /** Source text to replace on loading, for a copy that is wrong on purpose. */
  readonly defects?: readonly Defect[];
}

export interface Defect {
  /** End of the file's path. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}

/** The variable that brings the plan into the process. */
export const planVariable = "FAULT_PLAN";
