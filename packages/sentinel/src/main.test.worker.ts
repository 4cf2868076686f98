import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { argv, stdout } from "node:process";
import { pathToFileURL } from "node:url";

// A stand-in for the Azure Functions Node worker, run as a process of its own: it supplies `@azure/functions-core`, loads the function
// app of the directory given, calls the timer once and prints one JSON line: what was registered, what was logged, and the failure.

interface Registered {
  readonly name: string;
  readonly bindings: unknown;
  readonly handler: (timer: unknown, context: unknown) => Promise<void>;
}

const [directory = ""] = argv.slice(2);
const core = join(directory, "node_modules/@azure/functions-core");
await mkdir(core, { recursive: true });
await writeFile(join(core, "package.json"), JSON.stringify({ name: "@azure/functions-core", main: "index.js" }));
await writeFile(join(core, "index.js"), "module.exports = globalThis.functionsCore;");

const registered: Registered[] = [];
Object.assign(globalThis, {
  functionsCore: {
    version: "3.9.1",
    hostVersion: "4.1036.0",
    Disposable: Object,
    setProgrammingModel: () => undefined,
    registerHook: () => undefined,
    registerFunction: ({ name, bindings }: Omit<Registered, "handler">, handler: Registered["handler"]) =>
      registered.push({ name, bindings, handler }),
    log: () => undefined,
  },
});

await import(pathToFileURL(join(directory, "main.mjs")).href);

const logs: unknown[] = [];
const log = (line: string): number => logs.push(JSON.parse(line));
const context = { debug: log, info: log, warn: log, error: log };
let failure: string | undefined;
try {
  await registered[0]?.handler({ isPastDue: false }, context);
} catch (error) {
  failure = String(error);
}
stdout.write(JSON.stringify({ registered, logs, failure }));
