import { ChecksFailedError } from "../check/checks-failed-error.ts";
import { formatLine, toJsonLine, type CheckLine } from "../check/line.ts";
import { examinePart, type Part } from "../check/part.ts";
import { partsOf } from "../check/parts.ts";
import { loadConfig, selectTargets, type Config, type ConfiguredTarget } from "../config.ts";
import { hostOf, type Terminal } from "../terminal/terminal.ts";

export interface CheckFlags {
  readonly only?: string;
  /** Seconds that each part has. */
  readonly timeout: number;
  readonly json?: boolean;
}

/**
 * Tries configuration, state directory, feed and targets for real, delivers and stores nothing, and prints a line for each thing that was
 * looked at. The parts are tried at the same time and none stops another. Throws ChecksFailedError with the code of the first failure.
 */
export async function check(path: string, flags: CheckFlags, terminal: Terminal): Promise<void> {
  const options = { timeoutMs: flags.timeout * 1000, log: terminal.log, signal: terminal.signal };
  const lines: CheckLine[] = [];
  const print = async (found: readonly CheckLine[]): Promise<void> => {
    lines.push(...found);
    await terminal.print(found.map(flags.json === true ? toJsonLine : formatLine).join(""));
  };
  const loaded: Loaded = { targets: [] };
  await print(await examinePart(configurationPart(path, flags, terminal, loaded), options));
  if (loaded.config !== undefined) {
    const running = partsOf(loaded.config, loaded.targets, hostOf(terminal)).map((part) => examinePart(part, options));
    // All of them are stopped by the same signal, and the first one says so.
    for (const part of running) part.catch(() => undefined);
    for (const part of running) await print(await part);
  }
  const first = lines.find(({ status }) => status === "failed");
  if (first !== undefined) throw new ChecksFailedError(lines, first);
}

interface Loaded {
  config?: Config;
  targets: readonly ConfiguredTarget[];
}

function configurationPart(path: string, { only }: CheckFlags, { environment }: Terminal, loaded: Loaded): Part {
  return {
    name: "configuration",
    exitCode: 2,
    async examine(look) {
      await look("file", async () => {
        loaded.config = await loadConfig(path, environment);
        return { message: `${path} is complete and right` };
      });
      await look("targets", async () => {
        if (loaded.config !== undefined) loaded.targets = selectTargets(loaded.config, only);
        return { message: loaded.targets.map(({ name }) => name).join(", ") };
      });
    },
  };
}
