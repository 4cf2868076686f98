import { schemeXml } from "./scheme.ts";

// The process that splunkd starts. splunkd reads standard output as XML; everything else goes to standard error. What the mode does not
// need is not loaded: splunkd asks every add-on for its scheme at each start.
const mode = process.argv[2];
const stop = new AbortController();
let stopCode: number | undefined;

function leave(reason: string, code: number): void {
  stopCode ??= code;
  stop.abort(new Error(reason));
  process.stdin.destroy();
  setTimeout(() => process.exit(code), 4500).unref();
}

process.on("SIGINT", () => leave("stopped by SIGINT", 130));
process.on("SIGTERM", () => leave("stopped by SIGTERM", 143));
// splunkd is gone: nobody reads what a run would still write.
process.stdout.on("error", () => leave("splunkd closed the pipe", 143));
process.stderr.on("error", () => undefined);
// Who reads it sees its errors; to stop reading before its end is one to Node.
process.stdin.on("error", () => undefined);
// needle, below splunk-logging, calls url.parse; a warning about it would be two lines of splunkd.log in each run.
process.noDeprecation = true;

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === undefined || error === null) return resolve();
      leave("splunkd closed the pipe", 143);
      reject(error);
    });
  });
}

async function run(): Promise<number> {
  const { runProgram } = await import("./program.ts");
  return runProgram(mode, {
    standardInput: process.stdin,
    writeOut,
    writeError: (line) => process.stderr.write(line),
    splunkHome: process.env["SPLUNK_HOME"] ?? "/opt/splunk",
    environment: process.env,
    stop: stop.signal,
  });
}

if (mode?.toLowerCase() === "--scheme") await writeOut(schemeXml());
else {
  process.exitCode = await run().catch((error: unknown) => {
    if (stopCode !== undefined) return stopCode;
    process.stderr.write(`ERROR event=unexpected ${String(error).replaceAll("\n", " ")}\n`);
    return 1;
  });
}
