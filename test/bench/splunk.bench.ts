import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFileStore, parseStixObject, run, silentLogger, userAgent, type Page, type StixObject } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { createSink, map, parseConfig } from "@socdefenders/splunk";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const pageSize = 1000;
const rounds = 5;
// The start of a process, a connection and a first page are not what a day of polling consists of.
const repetitions = 4;

/** The objects of the embedded feed as pages of 1,000, as the wire has them. */
function pageTexts(): readonly string[] {
  const objects = readRecords(sampleBytes()).map(({ object }) => object);
  const pages: string[] = [];
  for (let start = 0; start < objects.length; start += pageSize) {
    pages.push(JSON.stringify({ more: true, objects: objects.slice(start, start + pageSize) }));
  }
  return pages;
}

/** A HEC in a process of its own that takes everything: what is measured is this side. */
async function startDrain(): Promise<string> {
  const program = `require("node:http").createServer((request, response) => request.resume().on("end", () =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"text":"Success","code":0}')))
    .listen(0, "127.0.0.1", function () { console.log(this.address().port) })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill());
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}`;
}

async function deliver(pages: readonly string[], endpoint: string): Promise<number> {
  const sink = createSink(parseConfig({ endpoint, token: "bench" }, "splunk"), { log: silentLogger, userAgent });
  const outcomes = run({
    source: {
      async *pages() {
        for (const [number, text] of pages.entries()) yield toPage(text, number);
      },
    },
    map,
    sink,
    checkpoints: createFileStore(temporaryDirectory()),
    deadLetters: { add: async () => 0 },
    key: { target: "bench", endpoint, collection: "all" },
    signal: new AbortController().signal,
  });
  let delivered = 0;
  for await (const outcome of outcomes) delivered += outcome.delivered;
  await sink.close();
  return delivered;
}

function toPage(text: string, number: number): Page {
  const { objects } = JSON.parse(text) as { objects: readonly unknown[] };
  const parsed = objects.flatMap((one): StixObject[] => {
    const result = parseStixObject(one);
    return result.kind === "object" ? [result.object] : [];
  });
  return {
    objects: parsed,
    unreadable: [],
    repeated: 0,
    cursor: { position: `2026-01-01T00:00:${String(number).padStart(2, "0")}Z` },
  };
}

const best = (times: readonly number[]): number => Math.min(...times);

test("pages to HEC, with gzip and saved positions, against JSON.parse of the same pages", async () => {
  const pages = Array.from({ length: repetitions }, pageTexts).flat();
  const endpoint = await startDrain();
  const parsing: number[] = [];
  const delivering: number[] = [];
  let delivered = 0;
  for (let round = 0; round < rounds; round += 1) {
    let started = performance.now();
    for (const text of pages) JSON.parse(text);
    parsing.push(performance.now() - started);
    started = performance.now();
    delivered = await deliver(pages, endpoint);
    delivering.push(performance.now() - started);
  }
  const ratio = best(parsing) / best(delivering);
  console.log(
    `splunk: ${Math.round((delivered / best(delivering)) * 1000).toLocaleString("en")} events/s to HEC, ${(ratio * 100).toFixed(1)} % of JSON.parse (goal 15 %)`,
  );
  expect(delivered).toBeGreaterThan(pages.length);
});

test("--scheme against a bare node", () => {
  const folder = fileURLToPath(new URL("../../packages/splunk/", import.meta.url));
  const apps = temporaryDirectory();
  execFileSync(process.execPath, ["build.ts", apps], { cwd: folder });
  const archive =
    execFileSync("ls", [apps], { encoding: "utf8" })
      .trim()
      .split("\n")
      .find((name) => name.startsWith("TA_")) ?? "";
  execFileSync("tar", ["xzf", join(apps, archive), "-C", apps]);
  const program = join(apps, "TA_socdefenders/bin/socdefenders.sh");
  const environment = { PATH: "/usr/bin:/bin", SOCDEFENDERS_NODE: process.execPath };
  const times = { bare: [] as number[], scheme: [] as number[], bundle: [] as number[] };
  let scheme = "";
  for (let round = 0; round < 15; round += 1) {
    let started = performance.now();
    execFileSync(process.execPath, ["-e", "0"]);
    times.bare.push(performance.now() - started);
    started = performance.now();
    scheme = execFileSync(program, ["--scheme"], { env: environment, encoding: "utf8" });
    times.scheme.push(performance.now() - started);
    started = performance.now();
    execFileSync(process.execPath, [program.replace(/sh$/, "mjs"), "--scheme"]);
    times.bundle.push(performance.now() - started);
  }
  const over = (measured: readonly number[]): string => (best(measured) - best(times.bare)).toFixed(0);
  console.log(
    `splunk: --scheme takes ${over(times.scheme)} ms over a bare node by the wrapper, ${over(times.bundle)} ms by the bundle alone (goal under 60 ms)`,
  );
  expect(scheme).toContain("<scheme>");
});
