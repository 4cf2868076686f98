import { networkInterfaces } from "node:os";
import { listen } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { startOperationsServer } from "./operations-server.ts";

async function start(address: string | undefined): Promise<number> {
  const { url, close } = await listen(() => undefined);
  await close();
  const port = Number(new URL(url).port);
  const health = () => ({ status: "healthy", last_ping: null, last_run: null, last_failure: null }) as const;
  const server = await startOperationsServer({ ports: [port], address, metrics: () => Promise.resolve(""), health });
  onTestFinished(() => server.close());
  return port;
}

const reaches = (host: string, port: number): Promise<boolean> =>
  fetch(`http://${host}:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

/** An address of this machine that other machines use; a machine without a network has none, and nothing to hide from. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === "IPv4")?.address;

test("metrics and health are served on the address that is given, and on no other", async () => {
  const port = await start("127.0.0.1");
  expect(await reaches("127.0.0.1", port)).toBe(true);
  if (outer !== undefined) expect(await reaches(outer, port)).toBe(false);
});

test("and on all where none is given, as in a container", async () => {
  const port = await start(undefined);
  for (const host of ["127.0.0.1", ...(outer === undefined ? [] : [outer])]) expect(await reaches(host, port)).toBe(true);
});
