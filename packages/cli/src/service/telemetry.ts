import { context, metrics, SpanStatusCode, trace, type Counter, type Span } from "@opentelemetry/api";
import { redact, type Sink } from "@socdefenders/shared";
import { counters, createCounts, type CounterName } from "./counts.ts";
import type { RunObserver } from "./observer.ts";

/** Spans and counters for OpenTelemetry; without an SDK in the process they cost nothing. */
export interface Telemetry extends RunObserver {
  /** The same sink, each of whose writes is a span of its target's run. */
  watch<Item>(target: string, sink: Sink<Item>): Sink<Item>;
}

/**
 * Tells the SDK that the process was started with (`node --import`): a span `run` for each run of a target, in it `page` for each page
 * from the end of the one before, and `deliver` for each write. Targets and collections are attributes, never what the feed says.
 */
export function openTelemetry(): Telemetry {
  const tracer = trace.getTracer("socdefenders");
  const meter = metrics.getMeter("socdefenders");
  const instruments = Object.fromEntries(
    Object.entries(counters).map(([name, description]) => [name, meter.createCounter(`socdefenders.${name}`, { description })]),
  ) as Readonly<Record<CounterName, Counter>>;
  const runs = meter.createCounter("socdefenders.runs", { description: "Runs of a target, by outcome" });
  const countsOf = createCounts();
  const open = new Map<string, { readonly span: Span; since: number }>();
  const inRun = (target: string) => {
    const run = open.get(target);
    return run === undefined ? context.active() : trace.setSpan(context.active(), run.span);
  };

  return {
    started: (target) => void open.set(target, { span: tracer.startSpan("run", { attributes: { target } }), since: Date.now() }),
    delivered(target, collection, outcome) {
      const run = open.get(target);
      const { read, delivered } = outcome;
      const attributes = { target, collection, read, delivered };
      tracer.startSpan("page", { startTime: run?.since ?? Date.now(), attributes }, inRun(target)).end();
      if (run !== undefined) run.since = Date.now();
      for (const { name, value, labels } of countsOf(target, collection, outcome)) {
        if (value > 0) instruments[name].add(value, labels);
      }
    },
    ended(target, failure) {
      const span = open.get(target)?.span;
      open.delete(target);
      runs.add(1, { target, outcome: failure === undefined ? "succeeded" : "failed" });
      if (span !== undefined) end(span, failure);
    },
    watch: (target, sink) => ({
      ...sink,
      async write(items, signal) {
        const attributes = { target, items: items.length };
        const span = tracer.startSpan("deliver", { attributes }, inRun(target));
        const inSpan = trace.setSpan(context.active(), span);
        try {
          const refusals = await context.with(inSpan, () => sink.write(items, signal));
          end(span.setAttribute("refused", refusals.length), undefined);
          return refusals;
        } catch (error) {
          end(span, error as Error);
          throw error;
        }
      },
    }),
  };
}

function end(span: Span, failure: Error | undefined): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: redact(failure.message) });
  span.end();
}
