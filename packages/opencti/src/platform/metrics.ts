import { Counter, Gauge, Registry } from "prom-client";

const states = ["idle", "running", "stopped"] as const;

/** Prometheus metrics under the names that connectors made with pycti have. */
export interface Metrics {
  /** A run has begun. */
  ran(): void;
  pinged(answered: boolean): void;
  /** One bundle of so many objects was confirmed. */
  sent(objects: number): void;
  /** A run has failed; `isTarget` says that the platform or its broker was the reason. */
  failed(isTarget: boolean): void;
  is(state: (typeof states)[number]): void;
  /** All of them in the text format of Prometheus. */
  text(): Promise<string>;
}

/** `namespace` and `subsystem` go before every name, as Prometheus' client libraries join them; each may be empty. */
export function createMetrics(namespace: string, subsystem: string): Metrics {
  const registers = [new Registry()];
  const named = (name: string): string => [namespace, subsystem, name].filter((part) => part !== "").join("_");
  const counter = (name: string, help: string): Counter => new Counter({ name: named(name), help, registers });
  const bundles = counter("bundles_sent_total", "Number of bundles sent");
  const records = counter("records_sent_total", "Number of records (objects per bundle) sent");
  const runs = counter("runs_total", "Number of runs");
  const pings = counter("ping_api_total", "Number of pings to the API");
  const pingErrors = counter("ping_api_errors_total", "Number of errors when pinging the API");
  const errors = counter("errors_total", "Number of errors");
  const clientErrors = counter("client_errors_total", "Number of errors of the platform or its broker");
  const state = new Gauge({ name: named("state"), help: "State of the connector", labelNames: [named("state")], registers });

  return {
    ran: () => runs.inc(),
    pinged(answered) {
      pings.inc();
      if (!answered) pingErrors.inc();
    },
    sent(objects) {
      bundles.inc();
      records.inc(objects);
    },
    failed(isTarget) {
      errors.inc();
      if (isTarget) clientErrors.inc();
    },
    is(current) {
      // An Enum of Prometheus: one series a state, of which one is 1.
      for (const one of states) state.set({ [named("state")]: one }, one === current ? 1 : 0);
    },
    text: async () => (await Promise.all(registers.map((registry) => registry.metrics()))).join(""),
  };
}
