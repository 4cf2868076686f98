/** How a run ends early: first no page is begun any more, a little later the page in hand is given up too. */
export interface Stop {
  /** From here on nothing new is begun; what is in hand may be finished. */
  readonly pause: AbortSignal;
  /** From here on nothing is waited for. */
  readonly abandon: AbortSignal;
  isTerminated(): boolean;
  /** Pauses now, because the host wants the process gone. */
  terminate(): void;
  /** The run is over. */
  clear(): void;
}

// The host kills a run at its time limit. The last tenth is for the health rows and for giving back the lock.
const pauseShare = 0.8;
const abandonShare = 0.9;
// The host gives a worker that it terminates 5 seconds.
const terminationMs = 2000;

/** The ends of a run that may take `limitMs`. */
export function createStop(limitMs: number): Stop {
  const pause = new AbortController();
  const abandon = new AbortController();
  let isTerminated = false;
  const timers: NodeJS.Timeout[] = [];
  const at = (milliseconds: number, controller: AbortController, reason: string): void => {
    timers.push(setTimeout(() => controller.abort(new Error(reason)), milliseconds).unref());
  };
  at(limitMs * pauseShare, pause, "the run has used up its time");
  at(limitMs * abandonShare, abandon, "the run has used up its time");
  return {
    pause: pause.signal,
    abandon: abandon.signal,
    isTerminated: () => isTerminated,
    terminate: () => {
      isTerminated = true;
      pause.abort(new Error("the host stops the function app"));
      at(terminationMs, abandon, "the host stops the function app");
    },
    clear: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}
