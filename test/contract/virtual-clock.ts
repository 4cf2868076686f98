import type { Clock, HttpClient, HttpRequest, HttpResponse, Logger } from "@socdefenders/shared";

/** A clock that stands still until somebody waits; waits of several end in the order of their times. */
export interface VirtualClock extends Clock {
  /** How often anybody waited. */
  waits(): number;
}

export function createVirtualClock(start: number = Date.parse("2026-05-01T00:00:00Z")): VirtualClock {
  let time = start;
  let waits = 0;
  let isScheduled = false;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  // Time moves on only when everything that can run now has run: a turn of the event loop later.
  const advance = (): void => {
    isScheduled = false;
    let next = 0;
    for (let index = 1; index < sleepers.length; index += 1) if (sleepers[index]!.until < sleepers[next]!.until) next = index;
    const [sleeper] = sleepers.splice(next, 1);
    if (sleeper === undefined) return;
    time = Math.max(time, sleeper.until);
    sleeper.wake();
    schedule();
  };
  const schedule = (): void => {
    if (isScheduled || sleepers.length === 0) return;
    isScheduled = true;
    setImmediate(advance);
  };

  return {
    now: () => time,
    waits: () => waits,
    async wait(ms, signal) {
      signal?.throwIfAborted();
      waits += 1;
      await new Promise<void>((wake) => {
        sleepers.push({ until: time + Math.max(0, ms), wake });
        schedule();
      });
      signal?.throwIfAborted();
    },
  };
}

export interface VirtualAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An HTTP client without a network: `answer` is asked half-way through `latencyMs`. What it throws is thrown. */
export function createVirtualHttp(
  clock: Clock,
  log: Logger,
  answer: (request: HttpRequest) => VirtualAnswer,
  latencyMs: () => number = () => 100,
): HttpClient {
  return {
    log,
    async send(request): Promise<HttpResponse> {
      const latency = latencyMs();
      await clock.wait(latency / 2, request.signal);
      const { status, headers = {}, body = "" } = answer(request);
      await clock.wait(latency / 2, request.signal);
      return { status, text: body, header: (name) => headers[name], headerValues: (name) => [headers[name] ?? []].flat() };
    },
    close: async () => undefined,
  };
}
