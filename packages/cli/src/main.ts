#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { LogRecord } from "@socdefenders/shared";
import { version } from "@socdefenders/shared/version";
import { helpOf } from "./help.ts";
import { looksSecret } from "./init/looks-secret.ts";
import { secretFlags, settings } from "./init/settings.ts";
import type { Terminal } from "./terminal/terminal.ts";

// Checked by hand, since older versions fail somewhere deep in a library.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`error: socdefenders needs Node.js 22.19 or newer; this is ${process.version}\n`);
  process.exit(2);
}

const interrupt = new AbortController();
let stoppedBy: "SIGINT" | "SIGTERM" | undefined;
let isService = false;
let opened: Promise<Terminal> | undefined;

/** The process as commands see it. The core is loaded with it: --help and version start without. */
const terminal = (): Promise<Terminal> => (opened ??= openTerminal());

async function openTerminal(): Promise<Terminal> {
  const { createLogger, toJsonLine } = await import("@socdefenders/shared");
  const isForPeople = process.stderr.isTTY;
  const write = ({ level, message }: LogRecord): boolean => process.stderr.write(`${level}: ${message}\n`);
  const writeJson = (record: LogRecord): boolean => process.stderr.write(`${toJsonLine(record, new Date())}\n`);
  return {
    print: (text) => new Promise((resolve) => void process.stdout.write(text, () => resolve())),
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    ask: process.stdin.isTTY && isForPeople ? ask : undefined,
    log: createLogger(isForPeople ? write : writeJson),
    progress: isForPeople && !process.argv.includes("--json") ? process.stderr : undefined,
    environment: process.env,
    signal: interrupt.signal,
  };
}

/** Questions go to stderr, as everything that is no result. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const { ConfigurationError } = await import("@socdefenders/shared");
  const ended = new ConfigurationError("the input has ended", { remedy: "Answer the questions, or give flags instead." });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Readline takes Ctrl-C for itself, and an end of the input would leave the question open for ever.
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const closed = new Promise<never>((_, reject) => lines.once("close", () => reject(ended)));
  closed.catch(() => undefined);
  try {
    return await Promise.race([lines.question(question, { signal: interrupt.signal }), closed]);
  } finally {
    lines.close();
  }
}

// Commands are loaded when they are called: --help and version need none of them.
const program = new Command("socdefenders")
  .description("SOC Defenders threat intelligence (TAXII 2.1 / STIX 2.1) into Splunk, Microsoft Sentinel and OpenCTI")
  .version(version, "-V, --version", "print the version")
  .exitOverride()
  // Errors are reported in one place and one form, by report() below.
  .configureOutput({ writeErr: () => undefined })
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 unexpected, 2 configuration or usage, 3 feed, 4 target, 5 locked, 130 interrupted",
  );

program
  .command("demo")
  .description(
    "deliver 5,000 real indicators from a local feed to four local receivers: Splunk, both destinations of Sentinel, OpenCTI",
  )
  .option("--json", "print one JSON line per target")
  .action(async (flags: { json?: boolean }) => (await import("./commands/demo.ts")).demo(flags, await terminal()));

program
  .command("run")
  .description("deliver what is new to every target of the configuration, again and again")
  .argument("<config>", "path of the YAML configuration")
  .option("--only <target>", "deliver to this target alone: a kind or an instance's name")
  .option("--once", "deliver once and leave")
  .option("--json", "print one JSON line per target and collection")
  .option("--accept-reset", "with --once: read a collection that was rebuilt from feed.start instead of stopping")
  .option("--accept-gap", "with --once: pass over objects that no answer of the feed holds instead of stopping")
  .action(async (path: string, flags: import("./commands/run.ts").RunFlags) => {
    isService = flags.once !== true;
    await (await import("./commands/run.ts")).run(path, flags, await terminal());
  });

const init = program
  .command("init")
  .description("write a commented configuration: asks on a terminal, or takes flags; secrets stay in the environment")
  .argument("[file]", "where to write it", "config.yaml")
  .option("--force", "replace a file that is there")
  .addHelpText("after", helpOf("init"))
  .action(async (path: string, flags: import("./init/answers.ts").GivenFlags) =>
    (await import("./commands/init.ts")).init(path, flags, await terminal()),
  );
for (const { flag, what, standard } of settings) {
  init.option(`--${flag} <value>`, standard === undefined || standard === "" ? what : `${what} (default: ${standard})`);
}
for (const flag of secretFlags) init.addOption(new Option(`--${flag} [value]`).hideHelp());

program
  .command("check")
  .description("try configuration, state directory, feed and targets for real; delivers and stores nothing")
  .argument("<config>", "path of the YAML configuration")
  .option("--only <target>", "this target alone, besides the feed: a kind or an instance's name")
  .option("--timeout <seconds>", "how long the feed and each target may take, all at the same time", parseSeconds, 60)
  .option("--json", 'print one JSON object a line: {"check","target","status","message","remedy"}')
  .addHelpText("after", helpOf("check"))
  .action(async (path: string, flags: import("./commands/check.ts").CheckFlags) =>
    (await import("./commands/check.ts")).check(path, flags, await terminal()),
  );

program
  .command("schema")
  .description("print the JSON Schema of the configuration, for completion in editors")
  .addHelpText("after", helpOf("schema"))
  .action(async () => (await import("./commands/schema.ts")).schema(await terminal()));

program
  .command("status")
  .description(
    "show positions, lag, last runs, dead letters, budget and lock of the state directory, as text or as a page; no network",
  )
  .argument("<config>", "path of the YAML configuration")
  .option("--json", "print one JSON object")
  .addOption(new Option("--serve", "show it as a page with plots, for this machine alone, until it is stopped").conflicts("json"))
  .addOption(
    new Option("--port <number>", "with --serve: port of the page; 0 is any free one")
      .argParser(parsePort)
      .implies({ serve: true }),
  )
  .addHelpText("after", helpOf("status"))
  .action(async (path: string, flags: { json?: boolean; serve?: boolean; port?: number }) => {
    if (flags.serve !== true) return (await import("./commands/status.ts")).status(path, flags, await terminal());
    isService = true;
    return (await import("./commands/serve-status.ts")).serveStatus(path, flags.port ?? 0, await terminal());
  });

program
  .command("collections")
  .description("list the collections of the feed")
  .argument("<config>", "path of the YAML configuration")
  .option("--json", "print one JSON line per collection")
  .action(async (path: string, flags: { json?: boolean }) =>
    (await import("./commands/collections.ts")).collections(path, flags, await terminal()),
  );

program
  .command("pull")
  .description("print the STIX objects of a collection, one JSON object a line; saves no position")
  .argument("<config>", "path of the YAML configuration")
  .requiredOption("--collection <id>", "id, alias or title")
  .option("--since <time>", "only objects added after this RFC 3339 time (exclusive); default is feed.start")
  .option("--raw", "print objects as served instead of normalised")
  .action(async (path: string, flags: { collection: string; since?: string; raw?: boolean }) =>
    (await import("./commands/pull.ts")).pull(path, flags, await terminal()),
  );

program
  .command("article")
  .description("print an article that indicators refer to, as one JSON document")
  .argument("<id>", "the article's UUID, or its address https://socdefenders.ai/item/<uuid>")
  .argument("<config>", "path of the YAML configuration")
  .option("--expand <names>", "only these of mitre, iocs, cves, threat_actors, separated by commas; default is all", splitNames)
  .option("--fields <names>", "only these members of the article, separated by commas", splitNames)
  .option("--include-archived", "also when the article was archived")
  .action(async (id: string, path: string, flags: import("./commands/article.ts").ArticleFlags) =>
    (await import("./commands/article.ts")).article(id, path, flags, await terminal()),
  );

program
  .command("map")
  .description("map STIX to a target's records, one JSON object a line; no network")
  .argument("[file]", "a STIX bundle, a TAXII envelope or NDJSON; - is standard input", "-")
  .addOption(
    new Option("--target <target>", "whose records")
      .choices(["splunk", "sentinel", "sentinel-ti", "opencti"])
      .makeOptionMandatory(),
  )
  .option("--collection <id>", "collection id to put into the records", "local")
  .action(async (file: string, flags: import("./commands/map.ts").MapFlags) =>
    (await import("./commands/map.ts")).map(file, flags, await terminal()),
  );

program
  .command("pattern")
  .description("say what STIX patterns mean: validity, logic and observables, one JSON line for each; no network")
  .argument("[file]", "one pattern a line, or one JSON string a line; - is standard input", "-")
  .action(async (file: string) => (await import("./commands/pattern.ts")).pattern(file, await terminal()));

program
  .command("simulate")
  .description("run a local feed and local receivers, and print a configuration for them")
  .option("--port <number>", "port of the feed, the receivers take the five after it; 0 is any free ones", parsePort, 0)
  .option("--objects <file>", 'NDJSON of {"date_added", "object"} to serve instead of the 5,000 sample indicators')
  .addOption(new Option("--container <kind>", "what an objects page looks like").choices(["bundle", "envelope"]).default("bundle"))
  .option("--largest-page <number>", "objects on a page at most", parseCount, 1000)
  .option("--with <name[=value]>", "how the feed differs or fails, repeatable; --with list explains every one", collect, [])
  .option("--seed <number>", "what faults that hit by chance are drawn from", parseCount, 1)
  .action(async (flags: import("./commands/simulate.ts").SimulateFlags) =>
    (await import("./commands/simulate.ts")).simulate(flags, await terminal()),
  );

const checkpoint = program.command("checkpoint").description("show or reset the saved positions of file-stored targets");

checkpoint
  .command("show")
  .description("show how far each target has read each collection")
  .argument("<config>", "path of the YAML configuration")
  .option("--json", "print one JSON line per position")
  .action(async (path: string, flags: { json?: boolean }) =>
    (await import("./commands/checkpoint.ts")).showPositions(path, flags, await terminal()),
  );

checkpoint
  .command("reset")
  .description("forget positions: the next run reads from feed.start")
  .argument("<config>", "path of the YAML configuration")
  .option("--only <target>", "of this target alone: a kind or an instance's name")
  .option("--collection <id>", "of this collection alone")
  .action(async (path: string, flags: import("./commands/checkpoint.ts").ResetFlags) =>
    (await import("./commands/checkpoint.ts")).resetPositions(path, flags, await terminal()),
  );

const deadLetter = program
  .command("dead-letter")
  .description("look at what could not be delivered, and try it again (the state directory's alone, not a Splunk add-on's)");

deadLetter
  .command("list")
  .description("list what could not be delivered, with the reason")
  .argument("<config>", "path of the YAML configuration")
  .option("--target <target>", "of the target with this name alone")
  .option("--reason <text>", "where the reason holds this text alone")
  .option("--json", "print all entries as they are kept, one JSON line each")
  .action(async (path: string, flags: import("./commands/dead-letter.ts").DeadLetterFlags) =>
    (await import("./commands/dead-letter.ts")).listDeadLetters(path, flags, await terminal()),
  );

deadLetter
  .command("retry")
  .description("read what could not be delivered anew and send it again; what the target takes is removed")
  .argument("<config>", "path of the YAML configuration")
  .option("--target <target>", "to this target alone: a kind or an instance's name")
  .option("--reason <text>", "where the reason holds this text alone")
  .option("--json", "print one JSON line per target")
  .action(async (path: string, flags: import("./commands/dead-letter.ts").DeadLetterFlags) =>
    (await import("./commands/dead-letter.ts")).retry(path, flags, await terminal()),
  );

program
  .command("version")
  .description("print the version")
  .action(() => void process.stdout.write(`${version}\n`));

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_530) throw new InvalidArgumentError("a number from 0 to 65530");
  return port;
}

function splitNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("a number from 1");
  return count;
}

/** A day at most: far beyond it a timer overflows and does not wait at all. */
function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400) throw new InvalidArgumentError("a number from 1 to 86400");
  return seconds;
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

const patienceMs = 4500;

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    // Who asks twice does not want to wait.
    if (stoppedBy !== undefined) process.exit(stopCode());
    stoppedBy = name;
    interrupt.abort(new Error(`stopped by ${name}`));
    // A command that waits for input would wait on.
    process.stdin.destroy();
    // The position is saved after every page: leaving now repeats at most the page in hand.
    setTimeout(() => process.exit(stopCode()), patienceMs).unref();
  });
}

// `pull … | head` closes the pipe: that is the reader's way to say enough. A run whose results nobody takes any more has failed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") process.stderr.write(`error: standard output: ${error.message}\n`);
  process.exit(error.code === "EPIPE" && !isService ? 0 : 1);
});
// Log lines that nobody reads must not stop a delivery.
process.stderr.on("error", () => undefined);

function stopCode(): number {
  if (stoppedBy === "SIGINT") return 130;
  return isService ? 0 : 143;
}

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { log } = await terminal();
  const { clean, ConnectorError } = await import("@socdefenders/shared");
  const fail = (message: string, remedy: string, exitCode: number): number => {
    if (process.stderr.isTTY) process.stderr.write(`error: ${clean(message)}\n       ${clean(remedy)}\n`);
    else log.error("failed", message, { remedy, exit_code: exitCode });
    return exitCode;
  };
  if (stoppedBy !== undefined) {
    log.info("stopped", `stopped by ${stoppedBy}`);
    return stopCode();
  }
  if (error instanceof CommanderError) {
    return fail(
      withoutSecrets(error.message.replace(/^error: /, "")),
      "socdefenders help lists the commands, socdefenders help COMMAND its options.",
      2,
    );
  }
  if (error instanceof ConnectorError) return fail(error.message, error.remedy, error.exitCode);
  log.error("unexpected", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

/** `--api-key=…` and `-k…` are unknown options with all that stands behind them, and a key may be taken for a command. */
function withoutSecrets(message: string): string {
  const isSecret = (word: string): boolean => looksSecret(word.replace(/^-\w/, ""), false);
  return message
    .replace(/(--[\w-]+)=[^']*/, "$1")
    .replaceAll(/'([^']*)'/g, (quoted, word: string) => (isSecret(word) ? "'…'" : quoted));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}
