import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv, stdout } from "node:process";
import { pathToFileURL } from "node:url";

// A stand-in for the Azure Functions Node worker, run as a process of its own: it supplies `@azure/functions-core`, loads the function
// app of the directory given, calls the timer once and prints one JSON line: what was registered and when, what was logged, and the
// failure. SIGTERM stands for the host's request to terminate, and is handled as the worker does it.

interface Registered {
  readonly name: string;
  readonly bindings: unknown;
  readonly handler: (timer: unknown, context: unknown) => Promise<void>;
}

const [directory = "", runId = "", isPastDue = ""] = argv.slice(2);
const core = join(directory, "node_modules/@azure/functions-core");
await mkdir(core, { recursive: true });
await writeFile(join(core, "package.json"), JSON.stringify({ name: "@azure/functions-core", main: "index.js" }));
await writeFile(join(core, "index.js"), "module.exports = globalThis.functionsCore;");

class Disposable {
  readonly #dispose: () => void;
  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose();
  }
}

const registered: Registered[] = [];
const hooks: { readonly name: string; readonly callback: (context: unknown) => unknown }[] = [];
let registeredMs = 0;
Object.assign(globalThis, {
  functionsCore: {
    version: "3.9.1",
    hostVersion: "4.1036.0",
    Disposable,
    setProgrammingModel: () => undefined,
    registerHook: (name: string, callback: (context: unknown) => unknown) => {
      hooks.push({ name, callback });
      return new Disposable(() => undefined);
    },
    registerFunction: ({ name, bindings }: Omit<Registered, "handler">, handler: Registered["handler"]) => {
      registeredMs = performance.now();
      registered.push({ name, bindings, handler });
      return new Disposable(() => undefined);
    },
    log: () => undefined,
  },
});

await import(pathToFileURL(join(directory, "main.mjs")).href);

const logs: unknown[] = [];
const log = (line: string): number => logs.push(JSON.parse(line));
const context = { invocationId: runId, debug: log, info: log, warn: log, error: log };
let failure: string | undefined;

let isTerminated = false;
process.once("SIGTERM", () => {
  isTerminated = true;
  const callbacks = hooks.filter(({ name }) => name === "appTerminate").map(({ callback }) => callback({}));
  void Promise.all(callbacks).then(() => answer(0));
});

try {
  await registered[0]?.handler({ isPastDue: isPastDue === "past-due" }, context);
} catch (error) {
  failure = String(error);
}
if (!isTerminated) answer();

function answer(exitCode?: number): void {
  stdout.write(`${JSON.stringify({ registered, registeredMs, logs, failure })}\n`, () => {
    if (exitCode !== undefined) process.exit(exitCode);
  });
}
