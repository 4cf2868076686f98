import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  readRecords,
  sampleBytes,
  simulatedArticleIds,
  simulatedKeys,
  startFeed,
  startHec,
  startOpencti,
  type FeedRecord,
} from "@socdefenders/simulator";
import { onTestFinished } from "vitest";
import { blocksOf, readText } from "../contract/pages.ts";
import { temporaryDirectory } from "../temporary.ts";

export const key = simulatedKeys.pro;
export const hecToken = "documented-hec-token";
export const openctiToken = "documented-opencti-token";
export const secrets = [key, hecToken, openctiToken];

// Added within the last days, since the pages leave `start` as it is.
const newest = Date.now() - 3_600_000;
const records: readonly FeedRecord[] = readRecords(sampleBytes())
  .slice(0, 200)
  .map((record, place) => ({
    ...record,
    date_added: new Date(newest - (200 - place) * 60_000).toISOString().replace("Z", "000Z"),
  }));

/** The artefacts that commands of the pages start, by their paths. */
export interface Artefacts {
  readonly command: string;
  readonly connector: string;
}

export async function startServers() {
  const feed = await startFeed({ records });
  const hec = await startHec({ token: hecToken });
  const opencti = await startOpencti({ token: openctiToken });
  for (const server of [feed, hec, opencti]) onTestFinished(() => server.close());
  return { feed, hec, opencti };
}
export type Servers = Awaited<ReturnType<typeof startServers>>;

/** What stands for the addresses and placeholders of the pages, in this order. */
const substitutions = ({ feed, hec, opencti }: Servers): readonly (readonly [pattern: RegExp, replacement: string])[] => [
  [/https:\/\/socdefenders\.ai\/api\/taxii2\//g, feed.endpoint],
  [/https:\/\/splunk:8088/g, hec.url],
  [/https:\/\/opencti\.example\.com|http:\/\/opencti:8080/g, opencti.url],
  [/(?<=OPENCTI_TOKEN=)…/g, openctiToken],
  [/(?<=SOCDEFENDERS_API_KEY=)…/g, key],
  [/(?<=CONNECTOR_ID=)…/g, "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d"],
  [/dcr-…/g, "dcr-0123456789abcdef0123456789abcdef"],
  [/https:\/\/…\.ingest/g, "https://dce.ingest"],
  [/ article ID /g, ` article ${simulatedArticleIds.loader} `],
  // The feed is `init`'s default elsewhere.
  [/(socdefenders\.mjs init .*)$/g, `$1 --feed-endpoint ${feed.endpoint}`],
];

export const substitute = (text: string, servers: Servers): string =>
  substitutions(servers).reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);

/** What ends a command that goes on until it is stopped. */
export const services: readonly (readonly [command: RegExp, stopAt: string])[] = [
  [/socdefenders\.mjs run config\.yaml$/, "│ splunk"],
  [/connector\.mjs$/, "collection_done"],
  [/socdefenders\.mjs status config\.yaml --serve/, "http://127.0.0.1:"],
];

export interface DocumentedPage {
  readonly path: string;
  /** Whether the reader has a configuration already, and secrets in the environment. */
  readonly startsWith: "nothing" | "secrets" | "configuration";
  /** What the receivers hold in the end. */
  readonly delivers: "splunk" | "opencti" | "nothing";
}

/** A directory as the reader of a page has it, with the files that the pages speak of. */
export function prepare({ path, startsWith }: DocumentedPage, servers: Servers, built: Artefacts): string {
  const directory = temporaryDirectory();
  for (const [name, from] of [
    ["cli/dist/socdefenders.mjs", built.command] as const,
    ["opencti/dist/connector.mjs", built.connector] as const,
  ]) {
    mkdirSync(join(directory, "packages", name, ".."), { recursive: true });
    copyFileSync(from, join(directory, "packages", name));
  }
  copyFileSync(built.command, join(directory, "socdefenders.mjs"));
  writeFileSync(join(directory, "patterns.txt"), "[ipv4-addr:value = '198.51.100.1']\n");
  writeFileSync(
    join(directory, "bundle.json"),
    JSON.stringify({ type: "bundle", objects: records.slice(0, 3).map(({ object }) => object) }),
  );
  if (path === "docs/sentinel.md") {
    const [retry] = blocksOf(readText(path)).filter(
      ({ language, text }) => language === "yaml" && text.includes("state_directory"),
    );
    writeFileSync(join(directory, "retry.yaml"), substitute(retry?.text ?? "", servers));
  }
  if (startsWith === "configuration") writeFileSync(join(directory, "config.yaml"), configuration(servers));
  return directory;
}

/** The one of the command's page, without the filter. */
function configuration(servers: Servers): string {
  const [block] = blocksOf(readText("docs/command.md")).filter(({ language }) => language === "yaml");
  return substitute(block?.text.replace(/^filter:.*\n/m, "") ?? "", servers).replace('"*"', "soc-defenders-all");
}
