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
import { parseOperationsConfig, type OperationsConfig } from "./service/operations-config.ts";
import { targetPollSecondsSchema } from "./service/poll-seconds.ts";
import { loadConnector, targetKinds, type OpenTarget, type TargetKind } from "./targets.ts";

/** A configuration file, validated: where to read and where to deliver. */
export interface Config {
  readonly feed: FeedConfig;
  /** Applied to every target; undefined without a `filter` section, and then nothing is held back. */
  readonly filter: Filter | undefined;
  readonly stateDirectory: string;
  /** Undefined where the service tells nobody how it does. */
  readonly operations: OperationsConfig | undefined;
  readonly targets: readonly ConfiguredTarget[];
}

/** One destination of an instance of a connector. */
export interface ConfiguredTarget {
  /** `splunk`, or the instance's own name where there are several; `sentinel-ti` for a second destination. */
  readonly name: string;
  readonly open: OpenTarget;
  /** Seconds from the end of one poll to the next in a service. */
  readonly pollSeconds: number;
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
  const given = sections.operations ?? undefined;
  const operations = given === undefined ? undefined : parseOperationsConfig(given);
  const targets: ConfiguredTarget[] = [];
  for (const kind of targetKinds) targets.push(...(await parseTargets(kind, sections[kind], feed)));
  assertDistinctNames(targets);
  return { feed, filter, stateDirectory: sections.state_directory, operations, targets };
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

async function parseTargets(kind: TargetKind, section: unknown, feed: FeedConfig): Promise<ConfiguredTarget[]> {
  if (section === undefined || section === null) return [];
  const { parse } = await loadConnector(kind);
  const parseOne = (name: string, given: unknown, path: string): ConfiguredTarget[] => {
    const { pollSeconds, settings } = takePollSeconds(given, path, feed);
    return parse(settings, path).map((open) => ({ name: targetName(name, open), open, pollSeconds }));
  };
  if (!Array.isArray(section)) return parseOne(kind, section, kind);
  return section.flatMap((entry: unknown, index) => {
    const path = `${kind}[${index}]`;
    const { name, ...settings } = parseSection(instanceSchema, entry, path);
    return parseOne(name, settings, path);
  });
}

/** The schedule is the service's: connectors know nothing of it. */
function takePollSeconds(section: unknown, path: string, feed: FeedConfig) {
  if (typeof section !== "object" || section === null) return { pollSeconds: feed.pollSeconds, settings: section };
  const { poll_seconds, ...settings } = parseSection(scheduledSchema, section, path);
  return { pollSeconds: poll_seconds ?? feed.pollSeconds, settings };
}

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
  operations: z.unknown().optional(),
  splunk: z.unknown().optional(),
  sentinel: z.unknown().optional(),
  opencti: z.unknown().optional(),
});

const instanceSchema = z.looseObject({ name: z.string().min(1) });
const scheduledSchema = z.looseObject({ poll_seconds: targetPollSecondsSchema });
