// Resident memory along one run of the built function app, as the Functions worker runs it: loaded once, its handler called once. The
// settings are the environment's. Parameter: folder of the function app. Prints the memory at each 100,000 indicators, in MB.
import { subscribe } from "node:diagnostics_channel";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Handler = (timer: unknown, context: unknown) => Promise<void>;

const [folder = ""] = process.argv.slice(2);
const core = join(folder, "node_modules/@azure/functions-core");
mkdirSync(core, { recursive: true });
writeFileSync(join(core, "package.json"), JSON.stringify({ name: "@azure/functions-core", main: "index.js" }));
writeFileSync(join(core, "index.js"), "module.exports = globalThis.functionsCore;");

const handlers: Handler[] = [];
const disposable = { dispose: () => undefined };
const functionsCore = {
  version: "3.9.1",
  Disposable: Object,
  setProgrammingModel: () => undefined,
  registerHook: () => disposable,
  registerFunction: (_: unknown, handler: Handler) => (handlers.push(handler), disposable),
  log: () => undefined,
};
Object.assign(globalThis, { functionsCore });
await import(pathToFileURL(join(folder, "main.mjs")).href);

// A page is asked for when the one before the one before is behind the position; where there are several walks, the slowest one counts.
const megabytes: number[] = [];
const walks = (process.env["SENTINEL_DESTINATIONS"] ?? "").split(",").length;
const asked = new Map<string, number>();
subscribe("undici:request:create", (event) => {
  const [, page = ""] = /[?&]next=(\d+)00(?:&|$)/.exec((event as { request: { path: string } }).request.path) ?? [];
  asked.set(page, (asked.get(page) ?? 0) + 1);
  if (page !== "" && asked.get(page) === walks) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
});

const read: number[] = [];
const log = (line: string): void => {
  const record = JSON.parse(line) as Record<string, string | number>;
  if (record["level"] === "warn" || record["level"] === "error") console.error(line);
  if (record["event"] === "collection_done") read.push(Number(record["read"]));
};
const started = performance.now();
await handlers[0]?.({ isPastDue: false }, { invocationId: "bench", debug: log, info: log, warn: log, error: log });
const seconds = (performance.now() - started) / 1000;
megabytes.push(process.memoryUsage.rss() / 2 ** 20);
console.log(JSON.stringify({ read, megabytes, seconds, peak: process.resourceUsage().maxRSS / 1024 }));
