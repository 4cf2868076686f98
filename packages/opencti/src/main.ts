// Node loads what is imported here before any line runs; so nothing is, or a stop in the first second would find nobody listening.
const interrupt = new AbortController();
const patienceMs = 4500;
// A service that is stopped is done; so is one that does not know yet what it is.
const exitCodes = { SIGINT: 130, SIGTERM: 0 };
let stoppedBy: keyof typeof exitCodes | undefined;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stoppedBy ??= signal;
    interrupt.abort(new Error(`stopped by ${signal}`));
    // The position is saved after every page: leaving now repeats at most the page in hand.
    setTimeout(() => process.exit(exitCodes[signal]), patienceMs).unref();
  });
}

const { runConnector } = await import("./connector.ts");
const surroundings = {
  environment: process.env,
  print: (line: string): void => void process.stderr.write(`${line}\n`),
  onKind: (isService: boolean): void => void (exitCodes.SIGTERM = isService ? 0 : 143),
  signal: interrupt.signal,
};
process.exitCode = await runConnector(surroundings).catch((error: unknown) => {
  if (stoppedBy === undefined) throw error;
  return exitCodes[stoppedBy];
});
