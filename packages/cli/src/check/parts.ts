import { existsSync } from "node:fs";
import { createFileBudgets, openFeed, type Host } from "@socdefenders/shared";
import type { Config, ConfiguredTarget } from "../config.ts";
import type { Part } from "./part.ts";
import { examineStateDirectory } from "./state-directory.ts";

/** What there is to check of a configuration that is right: its state directory, its feed, and the targets. */
export function partsOf(config: Config, targets: readonly ConfiguredTarget[], host: Host): readonly Part[] {
  return [statePart(config), feedPart(config, host), ...targets.map((target) => targetPart(target, host))];
}

const statePart = ({ stateDirectory }: Config): Part => ({
  name: "state_directory",
  exitCode: 4,
  examine: (look) => examineStateDirectory(stateDirectory, look),
});

const feedPart = (config: Config, host: Host): Part => ({
  name: "feed",
  exitCode: 3,
  async examine(look, signal) {
    // What a check spends belongs into the key's account; one that is not there yet is not begun for it.
    const budgets = existsSync(config.stateDirectory) ? createFileBudgets(config.stateDirectory) : undefined;
    const feed = openFeed(config.feed, { ...host, budgets });
    try {
      await feed.check(signal, look);
    } finally {
      await feed.close();
    }
  },
});

const targetPart = ({ name, open }: ConfiguredTarget, host: Host): Part => ({
  name,
  exitCode: 4,
  async examine(look, signal) {
    const { sink } = open(host);
    try {
      await sink.check(signal, look);
    } finally {
      await sink.close();
    }
  },
});
