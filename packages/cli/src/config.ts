import { readFile } from "node:fs/promises";
import {
  ConfigurationError,
  createFilter,
  parseConfiguration,
  parseFeedConfig,
  parseFilterConfig,
  parseSection,
  targetName,
  type Environment,
  type FeedConfig,
  type Filter,
} from "@socdefenders/shared";
import { z } from "zod";
import { loadConnector, targetKinds, type OpenTarget, type TargetKind } from "./targets.ts";

/** A configuration file, validated: where to read and where to deliver. */
export interface Config {
  readonly feed: FeedConfig;
  /** Applied to every target; undefined without a `filter` section, and then nothing is held back. */
  readonly filter: Filter | undefined;
  readonly stateDirectory: string;
  readonly targets: readonly ConfiguredTarget[];
}

/** One destination of an instance of a connector. */
export interface ConfiguredTarget {
  /** `splunk`, or the instance's own name where there are several; `sentinel-ti` for a second destination. */
  readonly name: string;
  readonly open: OpenTarget;
}

/** Reads and checks a configuration file as a whole. Throws ConfigurationError; nothing has been opened then. */
export async function loadConfig(path: string, environment: Environment): Promise<Config> {
  return readConfiguration(await readConfig(path), environment, path);
}

/** The same of a configuration's text; `where` names it in messages. */
export async function readConfiguration(text: string, environment: Environment, where: string): Promise<Config> {
  const sections = parseSection(fileSchema, parseConfiguration(text, environment, where), "");
  const feed = parseFeedConfig(sections.feed);
  const filter = sections.filter === undefined ? undefined : createFilter(parseFilterConfig(sections.filter));
  const targets: ConfiguredTarget[] = [];
  for (const kind of targetKinds) targets.push(...(await parseTargets(kind, sections[kind])));
  assertDistinctNames(targets);
  return { feed, filter, stateDirectory: sections.state_directory, targets };
}

/** The targets to deliver to: all, or those of one kind or name. Throws ConfigurationError where there is none. */
export function selectTargets({ targets }: Config, only: string | undefined): readonly ConfiguredTarget[] {
  const names = targets.map(({ name }) => name).join(", ");
  const selected = only === undefined ? targets : targets.filter(({ name, open }) => name === only || open.kind === only);
  if (selected.length > 0) return selected;
  if (targets.length === 0) {
    throw new ConfigurationError("the configuration names no target", {
      remedy: `Add a section ${targetKinds.join(", ")} or several.`,
    });
  }
  throw new ConfigurationError(`--only ${only}: no such target`, { remedy: `The configuration has: ${names}.` });
}

async function parseTargets(kind: TargetKind, section: unknown): Promise<ConfiguredTarget[]> {
  if (section === undefined || section === null) return [];
  const { parse } = await loadConnector(kind);
  if (!Array.isArray(section)) return nameTargets(kind, parse(section, kind));
  return section.flatMap((entry: unknown, index) => {
    const path = `${kind}[${index}]`;
    const { name, ...settings } = parseSection(instanceSchema, entry, path);
    return nameTargets(name, parse(settings, path));
  });
}

const nameTargets = (name: string, targets: readonly OpenTarget[]): ConfiguredTarget[] =>
  targets.map((open) => ({ name: targetName(name, open), open }));

function assertDistinctNames(targets: readonly ConfiguredTarget[]): void {
  const repeated = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) !== index);
  if (repeated === undefined) return;
  throw new ConfigurationError(`two targets have the name ${repeated.name}`, {
    remedy: "Each keeps its own position: give each its own name.",
  });
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`the configuration cannot be read: ${(cause as Error).message}`, {
      remedy: "Give the path of a YAML file; `socdefenders init` writes one.",
      cause,
    });
  }
}

const fileSchema = z.strictObject({
  feed: z.unknown(),
  filter: z.unknown().optional(),
  state_directory: z.string().min(1).default("./state"),
  splunk: z.unknown().optional(),
  sentinel: z.unknown().optional(),
  opencti: z.unknown().optional(),
});

const instanceSchema = z.looseObject({ name: z.string().min(1) });
