import type { InnerPoint, Moment } from "../plan.ts";

/** Counts how often each point is come to. */
export interface Moments {
  readonly at: (moment: Moment, action: () => void) => void;
  readonly come: (point: InnerPoint) => void;
  /** Whether something is to happen the next time this point is come to. */
  readonly isNext: (point: InnerPoint) => boolean;
}

export function createMoments(): Moments {
  const counts = new Map<InnerPoint, number>();
  const actions: { readonly moment: Moment; readonly action: () => void }[] = [];
  const countOf = (point: InnerPoint): number => counts.get(point) ?? 0;
  return {
    at: (moment, action) => void actions.push({ moment, action }),
    come(point) {
      counts.set(point, countOf(point) + 1);
      for (const { moment, action } of actions) if (moment.point === point && moment.nth === countOf(point)) action();
    },
    isNext: (point) => actions.some(({ moment }) => moment.point === point && moment.nth === countOf(point) + 1),
  };
}
