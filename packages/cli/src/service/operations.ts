import { createFileBudgets, readKeySpending, systemClock } from "@socdefenders/shared";
import type { Config, ConfiguredTarget } from "../config.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { watchHealth, type HealthWatch } from "./health.ts";
import { tellAll, type RunObserver } from "./observer.ts";

/** What tells how the service does. */
export interface Operations extends RunObserver, Pick<HealthWatch, "waits"> {
  close(): Promise<void>;
}

/** Opens health and metrics where the configuration asks for them. Throws ConfigurationError where the port is taken. */
export async function openOperations(
  { operations, stateDirectory, feed }: Config,
  targets: readonly ConfiguredTarget[],
  { log }: Terminal,
): Promise<Operations | undefined> {
  if (operations === undefined) return undefined;
  // Loaded only where it is asked for.
  const [{ createMetrics }, { startOperationsServer }] = await Promise.all([
    import("./metrics.ts"),
    import("./operations-server.ts"),
  ]);
  const names = targets.map(({ name }) => name);
  const budgets = createFileBudgets(stateDirectory);
  const unitsLeft = async (): Promise<number> => {
    const { spent, perDay } = await readKeySpending(feed, budgets, Date.now());
    return Math.max(0, perDay - spent);
  };
  const metrics = createMetrics({ targets: names, stateDirectory, unitsLeft });
  const watch = watchHealth(names, () => systemClock.now(), Date.now);
  const server = await startOperationsServer(operations, metrics, watch);
  const address = operations.listen.includes(":") ? `[${operations.listen}]` : operations.listen;
  log.info("operations", `health and metrics at http://${address}:${server.port}`, { port: server.port });
  return { ...tellAll([metrics, watch]), waits: (target, turn) => watch.waits(target, turn), close: () => server.close() };
}
