import {
  ConnectorError,
  createFileBudgets,
  createFileDeadLetters,
  createFilter,
  createLogger,
  openFeed,
  parseFeedConfig,
  parseFilterConfig,
  poll,
  positionName,
  readEnvironmentProxies,
  userAgent,
  version,
  withDirectoryLock,
  type Filter,
  type Host,
  type Logger,
} from "@socdefenders/shared";
import { openCheckpoints } from "./checkpoint.ts";
import { parseConfig } from "./config.ts";
import { readCredential } from "./credentials.ts";
import { map } from "./mapping.ts";
import { errorXml, parseModularInput, schemeXml, type ModularInput, type Stanza } from "./modular-input.ts";
import { createSink } from "./sink.ts";

// splunkd reads standard output as XML and takes a line of standard error with a level in front into splunkd.log.
const log: Logger = createLogger(({ level, event, message, context }) => {
  const details = Object.entries(context).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  process.stderr.write(`${level.toUpperCase()} event=${event} ${message}${details.join("")}\n`);
});
/** Reads the environment's proxies, which may be wrong: called where an error is reported. */
const openHost = (): Host => ({ log, userAgent, chooseProxy: readEnvironmentProxies(process.env) });

const stop = new AbortController();
let stopCode: number | undefined;
for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(name, () => {
    stopCode ??= code;
    stop.abort(new Error(`stopped by ${name}`));
    setTimeout(() => process.exit(code), 4500).unref();
  });
}

async function main(mode: string | undefined): Promise<number> {
  if (mode === "--scheme") {
    process.stdout.write(schemeXml());
    return 0;
  }
  if (mode === "--validate-arguments") return validate(parseModularInput(await readStandardInput()));
  if (mode !== undefined) {
    log.error("usage", `unknown argument; this is the modular input socdefenders ${version}, started by splunkd`);
    return 2;
  }
  const input = parseModularInput(await readStandardInput());
  // The event stream stays empty: events go to HEC, which confirms them.
  process.stdout.write("<stream>");
  try {
    for (const stanza of input.stanzas) {
      // Several inputs share the directory, so each has a lock of its own.
      const name = positionName({ target: stanza.name, endpoint: "", collection: "input" });
      await withDirectoryLock(input.checkpointDirectory, { log, name }, (lost) => run(stanza, input, lost));
    }
  } finally {
    process.stdout.write("</stream>\n");
  }
  return 0;
}

async function run(stanza: Stanza, input: ModularInput, lost: AbortSignal): Promise<void> {
  const { feedConfig, filter, splunkConfig } = await configure(stanza, input);
  const host = openHost();
  const feed = openFeed(feedConfig, { ...host, budgets: createFileBudgets(input.checkpointDirectory) });
  try {
    const summaries = poll({
      feed,
      target: stanza.name,
      map,
      filter,
      sink: createSink(splunkConfig, host),
      checkpoints: openCheckpoints(input.checkpointDirectory),
      deadLetters: createFileDeadLetters(input.checkpointDirectory),
      log,
      signal: AbortSignal.any([stop.signal, lost]),
    });
    let failure: ConnectorError | undefined;
    for await (const { failure: failed, ...summary } of summaries) {
      log.info("collection_done", `${stanza.name}: ${summary.delivered} events delivered`, { ...summary });
      failure ??= failed;
    }
    if (failure !== undefined) throw failure;
  } finally {
    await feed.close();
  }
}

const validationMs = 20_000;
const validationRetry = { attempts: 2, baseMs: 500, maximumMs: 2000, repeatUnknown: true };

/** Tries feed, credentials and HEC for real; splunkd shows the message in the form. */
async function validate(input: ModularInput): Promise<number> {
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(validationMs)]);
  try {
    for (const stanza of input.stanzas) {
      const { feedConfig, splunkConfig } = await configure(stanza, input);
      const host = openHost();
      const feed = openFeed(feedConfig, host, { ...validationRetry, patienceMs: 2000 });
      const sink = createSink(splunkConfig, host, validationRetry);
      try {
        await feed.chosenCollections(signal);
        await sink.check(signal);
      } finally {
        await feed.close();
        await sink.close();
      }
    }
    return 0;
  } catch (error) {
    const reason = error instanceof ConnectorError ? `${error.message}. ${error.remedy}` : (error as Error).message;
    process.stdout.write(errorXml(signal.aborted ? `no answer within ${validationMs / 1000} s` : reason));
    return 1;
  }
}

async function configure({ parameters }: Stanza, input: ModularInput) {
  const splunkHome = process.env["SPLUNK_HOME"] ?? "/opt/splunk";
  const given = (name: string): string | undefined => (parameters[name] === "" ? undefined : parameters[name]);
  const secret = async (name: string): Promise<string | undefined> => {
    const credential = given(name);
    return credential === undefined ? undefined : (await readCredential(credential, input, splunkHome, stop.signal)).reveal();
  };
  const list = (name: string): string[] | undefined =>
    given(name)
      ?.split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const number = (name: string): number | undefined => (given(name) === undefined ? undefined : Number(given(name)));
  const feedConfig = parseFeedConfig(
    withoutUndefined({
      endpoint: given("feed_endpoint"),
      api_key: await secret("credential"),
      auth: given("auth"),
      ca_file: given("feed_ca_file"),
      collections: list("collections"),
      start: given("start"),
      page_size: number("page_size"),
    }),
  );
  const index = given("target_index");
  const splunkConfig = parseConfig(
    withoutUndefined({
      endpoint: given("hec_endpoint"),
      token: await secret("hec_credential"),
      ca_file: given("hec_ca_file"),
      // splunkd writes its own default literally; for HEC that would be the name of an index.
      index: index === "default" ? undefined : index,
    }),
    "hec",
  );
  const filter = readFilter({ min_confidence: number("min_confidence"), ioc_types: list("ioc_types") });
  return { feedConfig, filter, splunkConfig };
}

/** An input has no parameter for reserved addresses: setting another one must not begin to hold them back. */
function readFilter(settings: Readonly<Record<string, unknown>>): Filter | undefined {
  const given = withoutUndefined(settings);
  return Object.keys(given).length === 0
    ? undefined
    : createFilter(parseFilterConfig({ ...given, reserved_addresses: "deliver" }, ""));
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function report(error: unknown): number {
  if (error instanceof ConnectorError) {
    log.error("failed", error.message, { remedy: error.remedy });
    return error.exitCode;
  }
  log.error("unexpected", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  process.exitCode = stopCode ?? report(error);
}
