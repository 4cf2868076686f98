import type { PageOutcome } from "@socdefenders/shared";

/** Who is told what becomes of the runs. Nothing here may throw, wait or keep feed text without bounds. */
export interface RunObserver {
  started?(target: string): void;
  /** A page was delivered and the position behind it saved. */
  delivered?(target: string, collection: string, outcome: PageOutcome): void;
  ended?(target: string, failure: Error | undefined): void;
}

/** Tells several, in their order. */
export function tellAll(observers: readonly RunObserver[]): Required<RunObserver> {
  return {
    started: (target) => observers.forEach((one) => one.started?.(target)),
    delivered: (target, collection, outcome) => observers.forEach((one) => one.delivered?.(target, collection, outcome)),
    ended: (target, failure) => observers.forEach((one) => one.ended?.(target, failure)),
  };
}
