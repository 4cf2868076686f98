import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { commandsOf, executed } from "../contract/commands.ts";
import { currentPages } from "../contract/pages.ts";
import { temporaryDirectory } from "../temporary.ts";
import { buildArtefact } from "./build-artefact.ts";
import {
  hecToken,
  key,
  openctiToken,
  prepare,
  secrets,
  services,
  startServers,
  substitute,
  type Artefacts,
  type DocumentedPage,
  type Servers,
} from "./documented-pages.ts";
import { runSession } from "./shell-session.ts";

let built: Artefacts;
beforeAll(() => {
  built = { command: buildArtefact("cli", "socdefenders.mjs"), connector: buildArtefact("opencti", "connector.mjs") };
}, 60_000);

const executedPages: readonly DocumentedPage[] = [
  { path: "docs/command.md", startsWith: "secrets", delivers: "splunk" },
  { path: "SECURITY.md", startsWith: "nothing", delivers: "nothing" },
  { path: "docs/getting-started.md", startsWith: "nothing", delivers: "splunk" },
  { path: "docs/concepts.md", startsWith: "configuration", delivers: "splunk" },
  { path: "docs/status.md", startsWith: "configuration", delivers: "nothing" },
  { path: "docs/troubleshooting.md", startsWith: "configuration", delivers: "nothing" },
  { path: "docs/opencti.md", startsWith: "secrets", delivers: "opencti" },
  { path: "docs/sentinel.md", startsWith: "secrets", delivers: "nothing" },
];

const commandsToRun = (page: string) => commandsOf(page).filter(({ text }) => executed.test(text));

test("every page with commands to execute is executed", () => {
  const withCommands = currentPages.filter((page) => commandsToRun(page).length > 0);
  expect(withCommands.toSorted()).toEqual(executedPages.map(({ path }) => path).toSorted());
});

const ownSecrets = {
  SOCDEFENDERS_API_KEY: key,
  SPLUNK_HEC_TOKEN: hecToken,
  OPENCTI_TOKEN: openctiToken,
  AZURE_CLIENT_SECRET: "none-is-asked",
};

test.each(executedPages)(
  "every command of $path does what the page says, one after the other",
  { timeout: 120_000 },
  async (page) => {
    const servers = await startServers();
    const directory = prepare(page, servers, built);
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
  },
);

function received(target: DocumentedPage["delivers"], { hec, opencti }: Servers): number {
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
