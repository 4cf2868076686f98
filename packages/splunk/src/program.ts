import {
  ConfigurationError,
  ConnectorError,
  createLogger,
  positionName,
  readEnvironmentProxies,
  userAgent,
  version,
  withDirectoryLock,
  type Host,
  untilAborted,
} from "@socdefenders/shared";
import { setTimeout as wait } from "node:timers/promises";
import { isPollingHost } from "./captain.ts";
import type { WriteOut } from "./event-stream.ts";
import { isDisabled } from "./input-config.ts";
import { logFailure } from "./log-failure.ts";
import { readModularInput, type ModularInput, type Stanza } from "./modular-input.ts";
import { pollInput } from "./poll-input.ts";
import { errorXml } from "./scheme.ts";
import { openSplunkd } from "./splunkd.ts";
import { pauseBeforePoll, readLastPoll, saveLastPoll } from "./turn.ts";
import { validateInput } from "./validate-input.ts";

/** What the process lends the program. */
export interface Surroundings {
  readonly standardInput: AsyncIterable<Uint8Array>;
  /** Resolves once the pipe has the text. */
  readonly writeOut: WriteOut;
  readonly writeError: (line: string) => void;
  readonly splunkHome: string;
  /** For the proxies it may name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when splunkd, or a person, wants the program to leave. */
  readonly stop: AbortSignal;
}

/** The modular input in one of its modes but `--scheme`. Resolves to the exit code; a stopped run rejects with the signal's reason. */
export async function runProgram(mode: string | undefined, surroundings: Surroundings): Promise<number> {
  const log = createSplunkdLogger(surroundings.writeError);
  try {
    const host: Host = { log, userAgent, chooseProxy: readEnvironmentProxies(surroundings.environment) };
    if (mode?.toLowerCase() === "--validate-arguments") return await validate(surroundings, host);
    if (mode === undefined) return await runInputs(await readInput(surroundings), surroundings, host);
    throw new ConfigurationError(`unknown argument; this is the modular input socdefenders ${version}`, {
      remedy: "Let splunkd start it, or give --scheme or --validate-arguments.",
    });
  } catch (error) {
    surroundings.stop.throwIfAborted();
    if (error instanceof ConnectorError) {
      logFailure(log, error);
      return error.exitCode;
    }
    log.error("unexpected", error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

/** splunkd takes a line of standard error with a level in front into splunkd.log. */
function createSplunkdLogger(write: (line: string) => void) {
  return createLogger(({ level, event, message, context }) => {
    const details = Object.entries(context).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
    write(`${level.toUpperCase()} event=${event} ${message}${details.join("")}\n`);
  });
}

async function validate({ standardInput, writeOut, splunkHome, stop }: Surroundings, host: Host): Promise<number> {
  const problem = await validateInput(standardInput, splunkHome, host, stop);
  if (problem === undefined) return 0;
  await writeOut(errorXml(problem));
  return 1;
}

function readInput({ standardInput, stop }: Surroundings): Promise<ModularInput> {
  return untilAborted(readModularInput(standardInput), stop);
}

async function runInputs(input: ModularInput, surroundings: Surroundings, host: Host): Promise<number> {
  if (input.stanzas.length > 0 && input.checkpointDirectory === "") {
    throw new ConfigurationError("standard input names no checkpoint_dir", { remedy: "Let splunkd start this program." });
  }
  await surroundings.writeOut("<stream>\n");
  try {
    let failure: unknown;
    // One input that fails does not keep the others from their turn.
    for (const stanza of input.stanzas) {
      await takeTurn(stanza, input, surroundings, host).catch((error: unknown) => {
        surroundings.stop.throwIfAborted();
        if (!(error instanceof ConnectorError)) throw error;
        if (failure !== undefined) logFailure(host.log, error, `${stanza.name}: `);
        failure ??= error;
      });
    }
    if (failure !== undefined) throw failure as Error;
    return 0;
  } finally {
    // A reader that is gone is no error of its own here.
    await surroundings.writeOut("</stream>\n").catch(() => undefined);
  }
}

/** Several inputs share the directory, so each has a lock and a time of its last poll of its own. */
async function takeTurn(stanza: Stanza, input: ModularInput, surroundings: Surroundings, host: Host): Promise<void> {
  if (isDisabled(stanza)) return;
  const { checkpointDirectory } = input;
  const name = positionName({ target: stanza.name, endpoint: "", collection: "input" });
  await withDirectoryLock(checkpointDirectory, { log: host.log, name }, async (lost) => {
    const signal = AbortSignal.any([surroundings.stop, lost]);
    const pause = pauseBeforePoll(stanza.parameters["interval"], await readLastPoll(checkpointDirectory, name), Date.now());
    if (pause > 0) {
      host.log.info("waiting", `${stanza.name}: the last poll was less than a minute ago`, { pause_ms: pause });
      await wait(pause, undefined, { signal });
    }
    const splunkd = openSplunkd(input, surroundings.splunkHome, host);
    try {
      if (!(await isPollingHost(splunkd, host.log, signal))) return;
      await pollInput({ stanza, checkpointDirectory, splunkd, writeOut: surroundings.writeOut, host, signal });
    } finally {
      await saveLastPoll(checkpointDirectory, name, Date.now()).catch((error: Error) => {
        // A full disk for instance, of which the poll itself has said more.
        host.log.warn("last_poll_not_saved", `the time of this poll is not known to the next run: ${error.message}`);
      });
      await splunkd.close();
    }
  });
}
