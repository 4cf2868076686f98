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
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { commandsOf, executed } from "../contract/commands.ts";
import { blocksOf, currentPages, readText } from "../contract/pages.ts";
import { temporaryDirectory } from "../temporary.ts";
import { buildArtefact } from "./build-artefact.ts";
import { runSession } from "./shell-session.ts";

const key = simulatedKeys.pro;
const hecToken = "documented-hec-token";
const openctiToken = "documented-opencti-token";
const secrets = [key, hecToken, openctiToken];

// Added within the last days, since the pages leave `start` as it is.
const newest = Date.now() - 3_600_000;
const records: readonly FeedRecord[] = readRecords(sampleBytes())
  .slice(0, 200)
  .map((record, place) => ({
    ...record,
    date_added: new Date(newest - (200 - place) * 60_000).toISOString().replace("Z", "000Z"),
  }));

const built = { command: "", connector: "" };
beforeAll(() => {
  built.command = buildArtefact("cli", "socdefenders.mjs");
  built.connector = buildArtefact("opencti", "connector.mjs");
});

async function startServers() {
  const feed = await startFeed({ records });
  const hec = await startHec({ token: hecToken });
  const opencti = await startOpencti({ token: openctiToken });
  for (const server of [feed, hec, opencti]) onTestFinished(() => server.close());
  return { feed, hec, opencti };
}
type Servers = Awaited<ReturnType<typeof startServers>>;

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

const substitute = (text: string, servers: Servers): string =>
  substitutions(servers).reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);

/** What ends a command that goes on until it is stopped. */
const services: readonly (readonly [command: RegExp, stopAt: string])[] = [
  [/socdefenders\.mjs run config\.yaml$/, "│ splunk"],
  [/connector\.mjs$/, "collection_done"],
];

interface Page {
  readonly path: string;
  /** Whether the reader has a configuration already, and secrets in the environment. */
  readonly startsWith: "nothing" | "secrets" | "configuration";
  /** What the receivers hold in the end. */
  readonly delivers: "splunk" | "opencti" | "nothing";
}

const executedPages: readonly Page[] = [
  { path: "README.md", startsWith: "secrets", delivers: "splunk" },
  { path: "SECURITY.md", startsWith: "nothing", delivers: "nothing" },
  { path: "docs/getting-started.md", startsWith: "nothing", delivers: "splunk" },
  { path: "docs/concepts.md", startsWith: "configuration", delivers: "splunk" },
  { path: "docs/troubleshooting.md", startsWith: "configuration", delivers: "nothing" },
  { path: "docs/opencti.md", startsWith: "secrets", delivers: "opencti" },
  { path: "docs/sentinel.md", startsWith: "secrets", delivers: "nothing" },
];

const commandsToRun = (page: string) => commandsOf(page).filter(({ text }) => executed.test(text));

test("every page with commands to execute is executed", () => {
  const withCommands = currentPages.filter((page) => commandsToRun(page).length > 0);
  expect(withCommands.toSorted()).toEqual(executedPages.map(({ path }) => path).toSorted());
});

/** A directory as the reader of a page has it, with the files that the pages speak of. */
function prepare({ path, startsWith }: Page, servers: Servers): string {
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
  if (path === "docs/sentinel.md") {
    const [retry] = blocksOf(readText(path)).filter(
      ({ language, text }) => language === "yaml" && text.includes("state_directory"),
    );
    writeFileSync(join(directory, "retry.yaml"), substitute(retry?.text ?? "", servers));
  }
  if (startsWith === "configuration") writeFileSync(join(directory, "config.yaml"), configuration(servers));
  return directory;
}

/** The one in the README, without the filter. */
function configuration(servers: Servers): string {
  const [block] = blocksOf(readText("README.md")).filter(({ language }) => language === "yaml");
  return substitute(block?.text.replace(/^filter:.*\n/m, "") ?? "", servers).replace('"*"', "soc-defenders-all");
}

const ownSecrets = {
  SOCDEFENDERS_API_KEY: key,
  SPLUNK_HEC_TOKEN: hecToken,
  OPENCTI_TOKEN: openctiToken,
  AZURE_CLIENT_SECRET: "none-is-asked",
};

test.each(executedPages)("every command of $path does what the page says, one after the other", async (page) => {
  const servers = await startServers();
  const directory = prepare(page, servers);
  if (page.path === "SECURITY.md")
    await runSession([{ text: "sha256sum socdefenders.mjs > SHA256SUMS" }], { directory, environment: {} });
  const commands = commandsToRun(page.path).map(({ text }) => ({
    text: substitute(text, servers),
    stopAt: services.find(([command]) => command.test(text))?.[1],
  }));
  const outcomes = await runSession(commands, {
    directory,
    // There is no RabbitMQ here, services say when they are done, and many of the sample's indicators have expired since.
    environment: {
      ...(page.startsWith === "nothing" ? {} : ownSecrets),
      CONNECTOR_QUEUE_PROTOCOL: "api",
      CONNECTOR_LOG_LEVEL: "info",
      SOCDEFENDERS_IMPORT_EXPIRED: "true",
      SOCDEFENDERS_ENDPOINT: servers.feed.endpoint,
      SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
      SOCDEFENDERS_STATE_DIRECTORY: join(directory, "connector-state"),
    },
    typed: `${key}\n${hecToken}\n`,
  });
  expect(outcomes.filter(({ code }) => code !== 0)).toEqual([]);
  expect(received(page.delivers, servers)).toBe(page.delivers === "nothing" ? 0 : 200);
  for (const secret of secrets) expect(outcomes.map(({ output }) => output).join("")).not.toContain(secret);
});

function received(target: Page["delivers"], { hec, opencti }: Servers): number {
  if (target === "opencti") return opencti.received().indicators.size + opencti.received().vulnerabilities.size;
  const events = hec.events().map(({ event }) => (event as { readonly indicator_id: string }).indicator_id);
  return new Set(events).size;
}

test("a command that fails, and one that does not end by itself, are told as such", async () => {
  const directory = temporaryDirectory();
  const outcomes = await runSession(
    [
      { text: "read -rs SECRET && export SECRET" },
      { text: 'test "$SECRET" = typed' },
      { text: "false" },
      {
        text: `node -e 'setInterval(() => console.log("ready"), 1); process.on("SIGTERM", () => process.exit(7))'`,
        stopAt: "ready",
      },
    ],
    { directory, environment: {}, typed: "typed\n" },
  );
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 1, 7]);
});
