import { blocksOf, readText } from "./pages.ts";

export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

// A block without a language may hold commands too.
const shells = new Set(["sh", "bash", "console", ""]);

/** The commands of a page's shell blocks in order, each as one text: continued lines and loops whole, without comments. */
export function commandsIn(text: string, page: string): readonly DocumentedCommand[] {
  return blocksOf(text)
    .filter(({ language }) => shells.has(language))
    .flatMap((block) => cut(block.text).map(({ line, text: command }) => ({ page, line: block.line + line, text: command })));
}

export const commandsOf = (page: string): readonly DocumentedCommand[] => commandsIn(readText(page), page);

function cut(block: string): readonly { readonly line: number; readonly text: string }[] {
  const commands: { line: number; text: string }[] = [];
  let open = "";
  for (const [line, whole] of block.split("\n").entries()) {
    const text = whole.replace(/(?:^|\s+)#(?:\s.*)?$/, "");
    if (open === "" && text.trim() === "") continue;
    if (open === "") commands.push({ line, text: "" });
    open += open === "" ? text : `\n${text}`;
    if (open.endsWith("\\") || (/^for\b/.test(open) && !/^done\b/m.test(open))) continue;
    commands[commands.length - 1] = { line: commands.at(-1)?.line ?? line, text: open };
    open = "";
  }
  return commands;
}

/** What is executed, page by page and in order, by documented-commands.test.ts of the end-to-end tests. */
export const executed =
  /^(?:node (?:packages\/cli\/dist\/)?socdefenders\.mjs |read -rs SOCDEFENDERS_API_KEY |cp packages\/cli\/dist\/|OPENCTI_URL=|sha256sum )/;

export interface Elsewhere {
  readonly command: RegExp;
  /** The file that runs it, and the text there that does. */
  readonly file: string;
  readonly text: string;
}

/** What another test, or continuous integration, runs. */
export const elsewhere: readonly Elsewhere[] = [
  { command: /^npm run demo$/, file: "test/interop/first-minutes.test.ts", text: '"run", "demo"' },
  { command: /^pnpm build$/, file: "test/interop/first-minutes.test.ts", text: '"pnpm", ["build"]' },
  { command: /^npm test$/, file: ".ci/run", text: "npm test" },
  { command: /^pnpm check$/, file: ".ci/run", text: "pnpm run check" },
  { command: /^pnpm test:interop$/, file: ".ci/run", text: "pnpm run test:interop" },
  { command: /^pnpm test:faults$/, file: ".ci/run", text: "pnpm run test:faults" },
  { command: /^sh docs\/verify-sentinel\.sh /, file: "test/contract/verify-sentinel.test.ts", text: "verify-sentinel.sh" },
];

/** What needs something that no test machine has: its syntax is checked, and what it names of this repository. */
export const notRun: readonly { readonly command: RegExp; readonly because: string }[] = [
  { command: /\baz /, because: "an Azure subscription" },
  { command: /^(?:give|named)\(\) |^give "|^WORKSPACE=|^APP=/, because: "an Azure subscription" },
  { command: /^part(?:\(\)| )/, because: "jq; what it takes out of the template is looked at by sentinel-manual.test.ts" },
  { command: /^rm key\.txt$/, because: "the file that the az command before it has read" },
  { command: /^"\$SPLUNK_HOME\/bin\/splunk" |\$SPLUNK_HOME\/etc/, because: "a Splunk installation" },
  { command: /\bcurl -k -u admin /, because: "splunkd, and somebody who types its password" },
  { command: /^SPLUNK=\S+ .* sh docs\/verify-splunk\.sh$/, because: "a Splunk installation" },
  {
    command: /^(?:install |systemctl |journalctl )/,
    because: "root on a host of systemd; the unit is looked at by deployment.test.ts",
  },
  {
    command: /^(?:npm install --prefix |export OTEL_SERVICE_NAME=|node --import )/,
    because: "a collector; telemetry.test.ts has one",
  },
  { command: /^docker (?:build|compose|run) /, because: "a Docker daemon and a platform" },
  { command: /^gh attestation verify /, because: "a release on GitHub" },
  { command: /^(?:npx --yes pnpm@[\d.]+ (?:run bench$|exec vitest run --project bench )|pnpm bench$)/, because: "a quiet machine" },
];
