import { stat } from "node:fs/promises";
import { join } from "node:path";
import { deadLetterFile, toMicroseconds, unlessMissing } from "@socdefenders/shared";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { counters, createCounts, type CounterName } from "./counts.ts";
import { tellAll, type RunObserver } from "./observer.ts";

export interface MetricsOptions {
  /** Each has its series from the start, so that an alert also misses what never came. */
  readonly targets: readonly string[];
  readonly stateDirectory: string;
  /** Request units of the key that are left of the day; asked once a minute at most. */
  readonly unitsLeft: () => Promise<number>;
}

export interface Metrics extends RunObserver {
  /** All of them in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Prometheus metrics of the service and its process. Labels are targets, collections and stable reasons. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addStateGauges(registry, options);
  const observer = tellAll([countPages(registry), timeRuns(registry, options.targets)]);
  return { ...observer, text: () => registry.metrics() };
}

function countPages(registry: Registry): RunObserver {
  const registers = [registry];
  const labelNames = ["target", "collection"];
  const named = Object.entries(counters).map(([name, help]) => {
    const hasReason = name === "objects_skipped" || name === "items_refused";
    const labels = hasReason ? [...labelNames, "reason"] : labelNames;
    return [name, new Counter({ name: `socdefenders_${name}_total`, help, labelNames: labels, registers })];
  });
  const byName = Object.fromEntries(named) as Readonly<Record<CounterName, Counter>>;
  const positions = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly seconds: number }>();
  const lag: Gauge = new Gauge({
    name: "socdefenders_position_lag_seconds",
    help: "Age of the position: how far behind the target is, or how long the feed has had nothing new",
    labelNames,
    registers,
    collect: () => {
      for (const { labels, seconds } of positions.values()) lag.set(labels, Math.max(0, Date.now() / 1000 - seconds));
    },
  });
  const countsOf = createCounts();
  return {
    delivered(target, collection, outcome) {
      const counts = countsOf(target, collection, outcome);
      for (const { name, value, labels } of counts) byName[name].inc(labels, value);
      const microseconds = toMicroseconds(outcome.position ?? "");
      const labels = counts[0]?.labels;
      if (microseconds === undefined || labels === undefined) return;
      positions.set(JSON.stringify(labels), { labels, seconds: Number(microseconds) / 1_000_000 });
    },
  };
}

function timeRuns(registry: Registry, targets: readonly string[]): RunObserver {
  const registers = [registry];
  const labelNames = ["target"];
  const started = new Map<string, number>();
  const runs = new Counter({
    name: "socdefenders_runs_total",
    help: "Runs of a target, by outcome: succeeded or failed",
    labelNames: ["target", "outcome"],
    registers,
  });
  const duration = new Histogram({
    name: "socdefenders_run_duration_seconds",
    help: "How long the runs of a target took",
    labelNames,
    buckets: [0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400],
    registers,
  });
  const lastSuccess = new Gauge({
    name: "socdefenders_last_success_timestamp_seconds",
    help: "When a run of the target last succeeded, in Unix time; before the first success, when the service started",
    labelNames,
    registers,
  });
  for (const target of targets) {
    lastSuccess.set({ target }, Date.now() / 1000);
    for (const outcome of ["succeeded", "failed"]) runs.inc({ target, outcome }, 0);
  }
  return {
    started: (target) => void started.set(target, performance.now()),
    ended(target, failure) {
      runs.inc({ target, outcome: failure === undefined ? "succeeded" : "failed" });
      duration.observe({ target }, (performance.now() - (started.get(target) ?? performance.now())) / 1000);
      if (failure === undefined) lastSuccess.set({ target }, Date.now() / 1000);
    },
  };
}

const spendingHoldsMs = 60_000;

/** What lies in the state directory, looked at when it is asked for. */
function addStateGauges(registry: Registry, { stateDirectory, unitsLeft }: MetricsOptions): void {
  const registers = [registry];
  const letters: Gauge = new Gauge({
    name: "socdefenders_dead_letter_bytes",
    help: "Size of dead-letter.ndjson in the state directory; NaN where that cannot be read",
    registers,
    async collect() {
      const found = stat(join(stateDirectory, deadLetterFile)).catch(unlessMissing({ size: 0 }));
      letters.set(await found.then(({ size }) => size).catch(() => Number.NaN));
    },
  });
  let askedAt = -Infinity;
  const budget: Gauge = new Gauge({
    name: "socdefenders_budget_units_left",
    help: "Request units of the key that are left of the last 24 hours; NaN where that cannot be read",
    registers,
    collect: async () => {
      if (performance.now() - askedAt < spendingHoldsMs) return;
      askedAt = performance.now();
      budget.set(await unitsLeft().catch(() => Number.NaN));
    },
  });
}
