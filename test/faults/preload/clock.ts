import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import type { Plan } from "../plan.ts";
import type { Moments } from "./moments.ts";

// undici counts its time limits in ticks of half a second.
const shortestLimitMs = 400;

/** Moves the wall clock, quickens waits together with both clocks, and shortens the time limits of requests. */
export function changeClock({ clock, pace = 1, impatience = 1 }: Plan, moments: Moments): void {
  let aheadMs = clock?.from === undefined ? (clock?.aheadMs ?? 0) : 0;
  if (clock?.from !== undefined) moments.at(clock.from, () => (aheadMs = clock.aheadMs));
  const origin = performance.timeOrigin;
  const elapsed = performance.now.bind(performance);
  const realNow = Date.now;
  const begun = realNow();
  const now = (): number => Math.round(begun + (realNow() - begun) * pace + aheadMs);

  globalThis.Date = class extends Date {
    constructor(...parts: [] | [number | string | Date]) {
      if (parts.length === 0) super(now());
      else super(...(parts as [number]));
    }
    static override now = now;
  } as DateConstructor;
  // A process that starts under a wrong clock counts from it; one whose clock is corrected later goes on counting.
  Object.defineProperty(performance, "timeOrigin", { value: origin + aheadMs });
  if (pace !== 1) Object.defineProperty(performance, "now", { value: () => elapsed() * pace });

  const wait = timers.setTimeout;
  timers.setTimeout = (ms, value, options) => wait((ms ?? 1) / pace, value, options);
  syncBuiltinESMExports();
  if (impatience === 1) return;
  const set = globalThis.setTimeout;
  globalThis.setTimeout = ((action: () => void, ms = 0, ...rest: []) =>
    set(action, ms >= shortestLimitMs ? ms / impatience : ms, ...rest)) as unknown as typeof setTimeout;
}
