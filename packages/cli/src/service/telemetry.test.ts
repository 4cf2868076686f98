import { context, metrics, trace, type ContextManager, type MeterProvider, type Tracer } from "@opentelemetry/api";
import { createLogger, silentLogger, type LogRecord, type PageOutcome, type Sink } from "@socdefenders/shared";
import { afterEach, expect, test } from "vitest";
import { openTelemetry } from "./telemetry.ts";

afterEach(() => [trace, metrics, context].forEach((api) => api.disable()));

const fail = (): never => {
  throw new Error("the SDK is broken");
};
const brokenSpan = { setAttribute: fail, setStatus: fail, end: fail, spanContext: fail };

/** What of an SDK may fail, each alone and in the order it is met. */
const broken: Readonly<Record<string, () => void>> = {
  "a tracer": () => trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: fail }) as unknown as Tracer }),
  "a span": () => trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => brokenSpan }) as unknown as Tracer }),
  "a meter": () => metrics.setGlobalMeterProvider({ getMeter: fail }),
  "a counter": () =>
    metrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter: () => ({ add: fail }) }) } as unknown as MeterProvider),
  "a context": () =>
    context.setGlobalContextManager({ active: fail, with: fail, disable: () => undefined } as unknown as ContextManager),
};

const outcome: PageOutcome = {
  read: 1,
  mapped: 1,
  delivered: 1,
  repeated: 0,
  skipped: {},
  refused: {},
  withheld: {},
  droppedDeadLetters: 0,
  position: undefined,
};
const signal = new AbortController().signal;

function createSink(write: Sink<string>["write"]): Sink<string> {
  return { check: () => Promise.resolve(), write, close: () => Promise.resolve() };
}

test.each(Object.entries(broken))(
  "%s that throws neither fails a delivery nor repeats one, and is told once",
  async (_, breakIt) => {
    breakIt();
    const log: LogRecord[] = [];
    const telemetry = openTelemetry(createLogger((record) => log.push(record)));
    const written: (readonly string[])[] = [];
    const refusals = [{ item: "a", reason: "too large" }];
    const sink = telemetry.watch(
      "splunk",
      createSink((items) => {
        written.push(items);
        return Promise.resolve(refusals);
      }),
    );
    for (let run = 0; run < 2; run += 1) {
      telemetry.started?.("splunk");
      expect(await sink.write(["a"], signal)).toBe(refusals);
      telemetry.delivered?.("splunk", "all", outcome);
      telemetry.ended?.("splunk", undefined);
    }
    expect(written).toEqual([["a"], ["a"]]);
    expect(log.map(({ level, event, message }) => [level, event, message])).toEqual([
      ["warn", "telemetry_failed", expect.stringContaining("the SDK is broken")],
    ]);
  },
);

test("what a target says stays what the run meets", async () => {
  broken["a span"]?.();
  const away = new Error("the target is away");
  const sink = openTelemetry(silentLogger).watch(
    "splunk",
    createSink(() => Promise.reject(away)),
  );
  await expect(sink.write([], signal)).rejects.toBe(away);
});
