import { once } from "node:events";
import { onTestFinished } from "vitest";
import { start, type Ended } from "./command.ts";

export interface StatusPage {
  readonly url: string;
  stop(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts `status --serve` and waits for the address it prints; stopped when the test ends. */
export async function startStatusPage(config: string, environment: Record<string, string>): Promise<StatusPage> {
  const started = start(["status", config, "--serve"], { environment });
  const stop = (signal: NodeJS.Signals): Promise<Ended> => {
    started.process.kill(signal);
    return started.ended;
  };
  onTestFinished(async () => void (await stop("SIGKILL")));
  const ended = started.ended.then(({ log }) => Promise.reject(new Error(`the page ended: ${JSON.stringify(log)}`)));
  const [chunk] = (await Promise.race([once(started.process.stdout ?? process.stdin, "data"), ended])) as [Buffer];
  ended.catch(() => undefined);
  return { url: chunk.toString().trim(), stop };
}
