import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createCertificate,
  listen,
  readRecords,
  sampleBytes,
  sendJson,
  simulatedKeys,
  startFeed,
  startHec,
  type HecAnswer,
} from "@socdefenders/simulator";
import { version } from "@socdefenders/shared";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const folder = fileURLToPath(new URL("../../packages/splunk/", import.meta.url));
const records = readRecords(sampleBytes()).slice(0, 400);
const hecToken = "packaged-hec-token";
const sessionKey = "session-key-of-splunkd";
let apps: string;

// The packaged add-on is what is tested: built, unpacked, started by its own wrapper with nothing of the workspace near it.
beforeAll(() => {
  apps = temporaryDirectory();
  execFileSync(process.execPath, ["build.ts", apps], { cwd: folder });
  execFileSync("tar", ["xzf", join(apps, `TA_socdefenders-${version}.tar.gz`), "-C", apps]);
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startInput(
  args: readonly string[],
  environment: Record<string, string>,
  input = "",
  signal?: AbortSignal,
): Promise<Outcome> {
  const program = join(apps, "TA_socdefenders/bin/socdefenders.sh");
  const child = spawn(program, args, {
    env: { PATH: "/usr/bin:/bin", LD_LIBRARY_PATH: "/nowhere", ...environment },
    stdio: "pipe",
  });
  const outcome = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (outcome.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (outcome.stderr += chunk.toString()));
  signal?.addEventListener("abort", () => child.kill());
  child.stdin.on("error", () => undefined).end(input);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...outcome })));
}

/** A splunkd that keeps two secrets, with a certificate of its own authority in a `$SPLUNK_HOME`. */
async function startSplunkd(): Promise<{ uri: string; home: string }> {
  const certificate = await createCertificate();
  const home = temporaryDirectory();
  mkdirSync(join(home, "etc/auth"), { recursive: true });
  writeFileSync(join(home, "etc/auth/cacert.pem"), certificate.ca);
  const secrets: Record<string, string> = { feed: simulatedKeys.pro, hec: hecToken };
  const server = await listen(
    (request, response) => {
      if (request.headers.authorization !== `Splunk ${sessionKey}`) return sendJson(response, 401, { messages: [] });
      const [, name = ""] = /\/storage\/passwords\/TA_socdefenders:(\w+):\?/.exec(decodeURIComponent(request.url ?? "")) ?? [];
      const secret = secrets[name];
      return secret === undefined
        ? sendJson(response, 404, { messages: [] })
        : sendJson(response, 200, { entry: [{ name, content: { clear_password: secret } }] });
    },
    0,
    certificate,
  );
  onTestFinished(() => server.close());
  return { uri: server.url, home };
}

async function setting(parameters: Record<string, string> = {}, intercept?: () => HecAnswer | undefined) {
  const feed = await startFeed({ records });
  onTestFinished(() => feed.close());
  const hec = await startHec({ token: hecToken, intercept });
  onTestFinished(() => hec.close());
  const { uri, home } = await startSplunkd();
  const checkpoints = temporaryDirectory();
  const all = {
    feed_endpoint: feed.endpoint,
    credential: "feed",
    collections: "soc-defenders-all",
    start: "1970-01-01T00:00:00Z",
    hec_endpoint: hec.url,
    hec_credential: "hec",
    target_index: "default",
    ...parameters,
  };
  const params = Object.entries(all)
    .map(([name, value]) => `<param name="${name}">${value}</param>`)
    .join("");
  const head = `<server_uri>${uri}</server_uri><session_key>${sessionKey}</session_key><checkpoint_dir>${checkpoints}</checkpoint_dir>`;
  return {
    hec,
    environment: { SOCDEFENDERS_NODE: process.execPath, SPLUNK_HOME: home },
    run: `<input>${head}<configuration><stanza name="socdefenders://main">${params}</stanza></configuration></input>`,
    validation: `<items>${head}<item name="main">${params}</item></items>`,
  };
}

test("runs as splunkd starts it: every indicator once, nothing on the event stream, and again only what is new", async () => {
  const { hec, environment, run } = await setting();
  const first = await startInput([], environment, run);
  expect(first).toMatchObject({ code: 0, stdout: "<stream></stream>\n" });
  expect(first.stderr).toMatch(/^INFO event=collection_done socdefenders:\/\/main: 400 events delivered/);
  expect(hec.events()).toHaveLength(400);
  expect(hec.events()[0]).not.toHaveProperty("index");
  expect(await startInput([], environment, run)).toMatchObject({ code: 0 });
  expect(hec.events()).toHaveLength(400);
  for (const secret of [simulatedKeys.pro, hecToken, sessionKey]) expect(first.stdout + first.stderr).not.toContain(secret);
});

test("holds back what min_confidence and ioc_types leave out, and says what is wrong with them", async () => {
  const { hec, environment, run } = await setting({ min_confidence: "70", ioc_types: "domain, ipv4" });
  expect(await startInput([], environment, run)).toMatchObject({ code: 0 });
  const events = hec.events().map(({ event }) => event as { confidence: number; ioc_type: string });
  expect(events.length).toBeGreaterThan(0);
  expect(events.filter(({ confidence, ioc_type }) => confidence < 70 || !["domain", "ipv4"].includes(ioc_type))).toEqual([]);
  const bad = await setting({ min_confidence: "high" });
  expect((await startInput([], bad.environment, bad.run)).stderr).toMatch(/^ERROR event=failed min_confidence: /);
});

test("two inputs share a checkpoint directory; the same input twice at a time is refused with 5", async () => {
  let isFirst = true;
  let arrived = (): void => undefined;
  const hanging = new Promise<void>((resolve) => (arrived = resolve));
  const { environment, run } = await setting({}, () => {
    if (!isFirst) return undefined;
    isFirst = false;
    arrived();
    return { status: 503, headers: { "retry-after": "60" }, body: { text: "Server is busy", code: 9 } };
  });
  const stop = new AbortController();
  const first = startInput([], environment, run, stop.signal);
  await hanging;
  const again = await startInput([], environment, run);
  expect(again).toMatchObject({ code: 5, stderr: expect.stringMatching(/^ERROR event=failed another instance works in/) });
  expect(await startInput([], environment, run.replace("socdefenders://main", "socdefenders://other"))).toMatchObject({ code: 0 });
  stop.abort();
  await first;
});

test("validates by trying, and says what is wrong in one message", async () => {
  const good = await setting();
  expect(await startInput(["--validate-arguments"], good.environment, good.validation)).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  const bad = await setting({ credential: "missing" });
  const { code, stdout } = await startInput(["--validate-arguments"], bad.environment, bad.validation);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^<error><message>the stored credential missing cannot be read: HTTP 404.*<\/message><\/error>\n$/);
});

test("a failing run leaves with the exit code and a line for splunkd.log", async () => {
  const { environment, run } = await setting({ collections: "nope" });
  const { code, stderr } = await startInput([], environment, run);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^ERROR event=failed .*no readable collection/);
});

test("without Node it still registers, and says what is missing", async () => {
  const without = { PATH: "/nowhere" };
  const shell = async (mode: string[]) => startInput(mode, { ...without, SOCDEFENDERS_NODE: "/nowhere/node" });
  const scheme = await startInput(["--scheme"], { SOCDEFENDERS_NODE: process.execPath });
  expect(scheme.stdout).toBe(readFileSync(join(apps, "TA_socdefenders/bin/scheme.xml"), "utf8"));
  if (hasNodeInFixedPlaces()) return;
  expect(await shell(["--validate-arguments"])).toMatchObject({
    code: 2,
    stdout: expect.stringContaining("Node.js 22 or newer was not found"),
  });
});

/** The wrapper also looks in /usr/local/bin and /usr/bin: where a new enough Node is there, it is rightly found. */
function hasNodeInFixedPlaces(): boolean {
  return ["/usr/local/bin/node", "/usr/bin/node"].some((path) => {
    try {
      return Number(/^v(\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1]) >= 22;
    } catch {
      return false;
    }
  });
}
