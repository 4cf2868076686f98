import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "@socdefenders/shared";
import {
  createCertificate,
  readRecords,
  sampleBytes,
  simulatedKeys,
  startFeed,
  startHec,
  startSplunkd,
  type FeedOptions,
  type HecOptions,
  type RunningFeed,
  type RunningHec,
  type RunningSplunkd,
  type SplunkdOptions,
} from "@socdefenders/simulator";
import { onTestFinished } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const folder = fileURLToPath(new URL("../../packages/splunk/", import.meta.url));
const records = readRecords(sampleBytes()).slice(0, 400);
export const secrets = { feed: simulatedKeys.pro, hec: "packaged-hec-token", session: "session-key-of-splunkd" };

/** Builds the add-on and unpacks it; the folder `TA_socdefenders` of the result is what Splunk installs. */
export function unpackAddOn(): string {
  const apps = temporaryDirectory();
  execFileSync(process.execPath, ["build.ts", apps], { cwd: folder });
  execFileSync("tar", ["xzf", join(apps, `TA_socdefenders-${version}.tar.gz`), "-C", apps]);
  return join(apps, "TA_socdefenders");
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedInput {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Leave standard input open, as a splunkd does that sends no end. */
  readonly keepsInputOpen?: boolean;
  /** Do not read standard output. */
  readonly isDeaf?: boolean;
}

/** Starts a program as splunkd does: its own environment variables, XML on standard input, both outputs read. */
export function startInput(program: string, args: readonly string[], options: StartOptions = {}): StartedInput {
  const { environment = {}, input = "", keepsInputOpen = false, isDeaf = false } = options;
  const child = spawn(program, args, {
    env: { PATH: "/usr/bin:/bin", LD_LIBRARY_PATH: "/nowhere", ...environment },
    stdio: "pipe",
  });
  const outcome = { stdout: "", stderr: "" };
  if (!isDeaf) child.stdout.on("data", (chunk: Buffer) => (outcome.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (outcome.stderr += chunk.toString()));
  child.stdin.on("error", () => undefined).write(input);
  if (!keepsInputOpen) child.stdin.end();
  const ended = new Promise<Outcome>((resolve) => {
    child.once("exit", (code) => {
      // What a deaf reader left in the pipe would keep it open.
      if (isDeaf) child.stdout.destroy();
      child.once("close", () => resolve({ code, ...outcome }));
    });
  });
  return { process: child, ended };
}

export interface SplunkHost {
  readonly feed: RunningFeed;
  readonly hec: RunningHec;
  readonly splunkd: RunningSplunkd;
  readonly environment: Readonly<Record<string, string>>;
  readonly checkpoints: string;
  /** The documents splunkd would write for a run and for a validation. */
  readonly run: string;
  readonly validation: string;
}

export interface SplunkHostOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly feed?: Partial<FeedOptions>;
  readonly hec?: Partial<HecOptions>;
  readonly splunkd?: Partial<SplunkdOptions>;
}

/** A Splunk host as the add-on finds it: splunkd with its own authority, a HEC, a checkpoint directory, and a feed in the network. */
export async function startHost(options: SplunkHostOptions = {}): Promise<SplunkHost> {
  const feed = await startFeed({ records, ...options.feed });
  onTestFinished(() => feed.close());
  const hec = await startHec({ token: secrets.hec, ...options.hec });
  onTestFinished(() => hec.close());
  const certificate = await createCertificate();
  const splunkd = await startSplunkd({ tls: certificate, sessionKey: secrets.session, secrets, ...options.splunkd });
  onTestFinished(() => splunkd.close());
  const home = temporaryDirectory();
  mkdirSync(join(home, "etc/auth"), { recursive: true });
  writeFileSync(join(home, "etc/auth/cacert.pem"), certificate.ca);
  const checkpoints = temporaryDirectory();
  const parameters = {
    feed_endpoint: feed.endpoint,
    credential: "feed",
    collections: "soc-defenders-all",
    start: "1970-01-01T00:00:00Z",
    hec_endpoint: hec.url,
    hec_credential: "hec",
    target_index: "default",
    // What splunkd adds of its own.
    host: "$decideOnStartup",
    index: "default",
    interval: "300",
    disabled: "0",
    ...options.parameters,
  };
  const params = Object.entries(parameters)
    .map(([name, value]) => `<param name="${name}">${value}</param>`)
    .join("");
  const head = `<server_host>h</server_host><server_uri>${splunkd.url}</server_uri><session_key>${secrets.session}</session_key><checkpoint_dir>${checkpoints}</checkpoint_dir>`;
  return {
    feed,
    hec,
    splunkd,
    checkpoints,
    environment: { SOCDEFENDERS_NODE: process.execPath, SPLUNK_HOME: home },
    run: `<input>${head}<configuration><stanza name="socdefenders://main" app="TA_socdefenders">${params}</stanza></configuration></input>`,
    validation: `<items>${head}<item name="main">${params}</item></items>`,
  };
}
