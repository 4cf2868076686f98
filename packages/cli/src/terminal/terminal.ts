import { readEnvironmentProxies, userAgent, type Host, type Logger } from "@socdefenders/shared";

/** What a command knows of the process it runs in; made by `main.ts`, which alone touches the real one. */
export interface Terminal {
  /** Results only. Resolves when the reader can take more. */
  print(text: string): Promise<void>;
  /** All of standard input. */
  readInput(): Promise<Buffer>;
  /** Puts a question to the person at the terminal; undefined where there is none. Rejects with the signal's reason on abort. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly log: Logger;
  /** Where progress is drawn; undefined where stderr is no terminal or lines are for machines. */
  readonly progress: NodeJS.WriteStream | undefined;
  readonly environment: Record<string, string | undefined>;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** What a command lends the connectors it opens. Throws ConfigurationError where the environment names an unusable proxy. */
export function hostOf({ log, environment }: Terminal): Host {
  return { log, userAgent, chooseProxy: readEnvironmentProxies(environment) };
}
