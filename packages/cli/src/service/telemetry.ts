import { context, metrics, SpanStatusCode, trace, type Counter, type Span } from "@opentelemetry/api";
import { redact, type Logger, type PageOutcome, type Sink } from "@socdefenders/shared";
import { counters, createCounts, type CounterName } from "./counts.ts";
import type { RunObserver } from "./observer.ts";

/** Spans and counters for OpenTelemetry; without an SDK in the process they cost nothing. */
export interface Telemetry extends RunObserver {
  /** The same sink, each of whose writes is a span of its target's run. */
  watch<Item>(target: string, sink: Sink<Item>): Sink<Item>;
}

/**
 * Tells the SDK that the process was started with (`node --import`): a span `run` for each run of a target, in it `page` for each page
 * from the end of the one before, and `deliver` for each write. Targets and collections are attributes, never what the feed says. What
 * the SDK throws is told once and stops nothing.
 */
export function openTelemetry(log: Logger): Telemetry {
  const quietly = createGuard(log);
  const tracer = trace.getTracer("socdefenders");
  const instruments = quietly(createInstruments);
  const countsOf = createCounts();
  const open = new Map<string, { readonly span: Span; since: number }>();
  const inRun = (target: string) => {
    const run = open.get(target);
    return run === undefined ? context.active() : trace.setSpan(context.active(), run.span);
  };
  const start = (target: string): void => {
    open.set(target, { span: tracer.startSpan("run", { attributes: { target } }), since: Date.now() });
  };
  const addPage = (target: string, collection: string, { read, delivered }: PageOutcome): void => {
    const run = open.get(target);
    const attributes = { target, collection, read, delivered };
    const startTime = run?.since ?? Date.now();
    if (run !== undefined) run.since = Date.now();
    tracer.startSpan("page", { startTime, attributes }, inRun(target)).end();
  };
  const count = (target: string, collection: string, outcome: PageOutcome): void => {
    for (const { name, value, labels } of countsOf(target, collection, outcome)) {
      if (value > 0) instruments?.counters[name].add(value, labels);
    }
  };

  return {
    started: (target) => quietly(() => start(target)),
    delivered(target, collection, outcome) {
      quietly(() => addPage(target, collection, outcome));
      quietly(() => count(target, collection, outcome));
    },
    ended(target, failure) {
      const span = open.get(target)?.span;
      open.delete(target);
      quietly(() => instruments?.runs.add(1, { target, outcome: failure === undefined ? "succeeded" : "failed" }));
      quietly(() => span && end(span, failure));
    },
    watch: (target, sink) => ({
      ...sink,
      async write(items, signal) {
        const attributes = { target, items: items.length };
        const span = quietly(() => tracer.startSpan("deliver", { attributes }, inRun(target)));
        let writing: ReturnType<typeof sink.write> | undefined;
        const write = (): void => void (writing = sink.write(items, signal));
        quietly(() => span && context.with(trace.setSpan(context.active(), span), write));
        try {
          const refusals = await (writing ?? sink.write(items, signal));
          quietly(() => span && end(span.setAttribute("refused", refusals.length), undefined));
          return refusals;
        } catch (error) {
          quietly(() => span && end(span, error as Error));
          throw error;
        }
      },
    }),
  };
}

type Guard = <Result>(tell: () => Result) => Result | undefined;

function createGuard(log: Logger): Guard {
  let isTold = false;
  return (tell) => {
    try {
      return tell();
    } catch (error) {
      if (!isTold) log.warn("telemetry_failed", `the OpenTelemetry SDK failed, deliveries go on: ${String(error)}`);
      isTold = true;
      return undefined;
    }
  };
}

function createInstruments() {
  const meter = metrics.getMeter("socdefenders");
  const named = Object.entries(counters).map(([name, description]) => [
    name,
    meter.createCounter(`socdefenders.${name}`, { description }),
  ]);
  return {
    counters: Object.fromEntries(named) as Readonly<Record<CounterName, Counter>>,
    runs: meter.createCounter("socdefenders.runs", { description: "Runs of a target, by outcome" }),
  };
}

function end(span: Span, failure: Error | undefined): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: redact(failure.message) });
  span.end();
}
