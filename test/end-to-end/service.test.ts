import { readRecords, sampleBytes, simulatedKeys, startFeed, startHec, type HecOptions } from "@socdefenders/simulator";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeWorkplace, runCommand, start, type Started } from "./command.ts";
import { proKey } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 450);
const token = "0a1b2c3d-hec-token";
const patient = { timeout: 20_000, interval: 50 };

/** A feed, one Splunk for each name, and a service that delivers to all of them. */
async function serviceSetting(targets: Readonly<Record<string, Partial<HecOptions>>>) {
  const pages: string[] = [];
  const feed = await startFeed({
    records,
    intercept: ({ path, query }) => void (path.endsWith("/objects/") && pages.push(String(query))),
  });
  onTestFinished(() => feed.close());
  const received: Record<string, () => number> = {};
  const entries: string[] = [];
  for (const [name, options] of Object.entries(targets)) {
    const hec = await startHec({ token, ...options });
    onTestFinished(() => hec.close());
    received[name] = () => new Set(hec.events().map(({ event }) => (event as { key: string }).key)).size;
    entries.push(`  - { name: ${name}, endpoint: "${hec.url}", token: ${token}, poll_seconds: 60 }`);
  }
  const workplace = await makeWorkplace(`feed:
  endpoint: ${feed.endpoint}
  api_key: \${API_KEY}
  collections: [soc-defenders-all]
  start: P30000D
  page_size: 100
state_directory: "@STATE@"
operations: { port: 0 }
splunk:
${entries.join("\n")}
`);
  return { workplace, pages, received };
}

/** Starts a service and waits until it says where it tells how it does. */
async function startService(
  config: string,
  environment: Record<string, string> = {},
): Promise<Started & { readonly ask: (path: string) => Promise<Response> }> {
  const service = start(["run", config, "--json"], { environment: { ...proKey, ...environment } });
  onTestFinished(() => void service.process.kill("SIGKILL"));
  const base = await new Promise<string>((resolve, reject) => {
    let text = "";
    service.process.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
    service.ended.then(({ log }) => reject(new Error(JSON.stringify(log))), reject);
  });
  return { ...service, ask: (path) => fetch(`${base}${path}`) };
}

interface Readiness {
  readonly status: string;
  readonly targets: readonly { readonly target: string; readonly status: string; readonly [member: string]: unknown }[];
}

test("a target that hangs and one that refuses hold up nobody; health and metrics tell it; SIGTERM leaves with 0", async () => {
  const { workplace, received } = await serviceSetting({
    hanging: { intercept: () => "silence" },
    refusing: { intercept: () => ({ status: 403, body: { text: "Invalid token", code: 4 } }) },
    well: {},
  });
  const service = await startService(workplace.config);
  expect((await service.ask("/healthz")).status).toBe(200);
  const readiness = await vi.waitFor(async () => {
    const answer = await service.ask("/readyz");
    const body = (await answer.json()) as Readiness;
    expect([answer.status, body.status]).toEqual([503, "degraded"]);
    expect(Object.fromEntries(body.targets.map(({ target, status }) => [target, status]))).toEqual({
      hanging: "starting",
      refusing: "failing",
      well: "ok",
    });
    // What a run did is kept before its target waits for its turn.
    for (const { status, due } of body.targets) expect(typeof due).toBe(status === "starting" ? "object" : "string");
    return body;
  }, patient);
  const [hanging, refusing, well] = readiness.targets;
  expect(hanging).toMatchObject({ running_since: expect.any(String) as string, due: null, last_success: null });
  expect(refusing).toMatchObject({ error: expect.stringContaining("HTTP 403") as string, due: expect.any(String) as string });
  expect(well).toMatchObject({ error: null, due: expect.any(String) as string, last_success: expect.any(String) as string });
  expect(received["well"]?.()).toBe(records.length);

  const metrics = await (await service.ask("/metrics")).text();
  expect(metrics).toContain('socdefenders_items_delivered_total{target="well",collection="soc-defenders-all"} 450\n');
  expect(metrics).toContain('socdefenders_runs_total{target="refusing",outcome="failed"} 1\n');
  expect(metrics).toContain('socdefenders_runs_total{target="hanging",outcome="succeeded"} 0\n');
  expect(metrics).toMatch(/^socdefenders_budget_units_left \d+/m);
  expect(metrics).not.toMatch(new RegExp(`${token}|${simulatedKeys.pro}`));

  const asked = performance.now();
  service.process.kill("SIGTERM");
  expect((await service.ended).code).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5000);
  const names = Object.keys(await workplace.positions());
  expect(names).toEqual([expect.stringContaining("well")]);
});

test("three targets at the same position read each page once; one that failed goes on from its own position", async () => {
  let isAway = true;
  const { workplace, pages, received } = await serviceSetting({
    east: {},
    west: {},
    // Takes two pages (one object is the feed's identity), and then nothing for as long as it is away.
    late: { intercept: (batch) => (isAway && batch > 2 ? { status: 403, body: { text: "Invalid token", code: 4 } } : undefined) },
  });
  const ended = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  expect(ended.code).toBe(4);
  expect([received["east"]?.(), received["west"]?.(), received["late"]?.()]).toEqual([450, 450, 199]);
  expect(new Set(pages).size).toBe(pages.length);
  isAway = false;
  const again = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  const delivered = again.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { target: string; delivered: number });
  expect(Object.fromEntries(delivered.map((one) => [one.target, one.delivered]))).toEqual({ east: 0, west: 0, late: 251 });
  expect(received["late"]?.()).toBe(450);
});

test("a second signal leaves at once, with the exit code of the first", async () => {
  const { workplace } = await serviceSetting({ hanging: { intercept: () => "silence" } });
  // What is told to stop does not: without this nothing is left for a second signal.
  const preload = "data:text/javascript,AbortController.prototype.abort=()=>process.stderr.write(String.fromCharCode(10))";
  const service = await startService(workplace.config, { NODE_OPTIONS: `--import=${preload}` });
  const keptOn = new Promise((resolve) => service.process.stderr?.on("data", resolve));
  service.process.kill("SIGINT");
  await keptOn;
  const asked = performance.now();
  service.process.kill("SIGTERM");
  expect((await service.ended).code).toBe(130);
  expect(performance.now() - asked).toBeLessThan(4000);
});

test.each([
  [
    "a collection that is none",
    (text: string) => text.replace("soc-defenders-all", "soc-defenders-none"),
    /no readable collection/,
  ],
  ["a schedule that is none", (text: string) => text.replace("poll_seconds: 60", "poll_seconds: 6"), /splunk\[0\]\.poll_seconds/],
  ["a key that is none", (text: string) => text.replace("port: 0", "prt: 0"), /operations\.prt \(did you mean port\?\)/],
])("%s ends a service at its start with 2", async (_, change, message) => {
  const { workplace } = await serviceSetting({ only: {} });
  await writeFile(workplace.config, change(await readFile(workplace.config, "utf8")));
  const { code, log } = await runCommand(["run", workplace.config], { environment: proKey });
  expect([code, log.at(-1)?.message]).toEqual([2, expect.stringMatching(message)]);
});

test("a port that is taken ends it with 2 and says which", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const { workplace } = await serviceSetting({ only: {} });
  await writeFile(workplace.config, (await readFile(workplace.config, "utf8")).replace("port: 0", `port: ${port}`));
  const { code, log } = await runCommand(["run", workplace.config], { environment: proKey });
  expect([code, log.at(-1)]).toEqual([
    2,
    expect.objectContaining({
      message: expect.stringContaining(`port ${port} of 127.0.0.1`) as string,
      remedy: expect.stringContaining("operations.port") as string,
    }),
  ]);
});
