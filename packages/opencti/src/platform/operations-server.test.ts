import { networkInterfaces } from "node:os";
import { listen } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { startOperationsServer } from "./operations-server.ts";

async function start(address: string | undefined): Promise<number> {
  const free = await listen(() => undefined);
  await free.close();
  const port = Number(new URL(free.url).port);
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

/** What other machines reach this one by; nothing where it has no network. */
const outer = Object.values(networkInterfaces())
  .flat()
  .flatMap((one) => (one?.internal === false && one.family === "IPv4" ? one.address : []));

test("metrics and health are served on the address that is given, and on no other", async () => {
  const port = await start("127.0.0.1");
  expect(await reaches("127.0.0.1", port)).toBe(true);
  expect(await Promise.all(outer.map((host) => reaches(host, port)))).toEqual(outer.map(() => false));
});

test("and on all where none is given, as in a container", async () => {
  const port = await start(undefined);
  for (const host of ["127.0.0.1", ...outer]) expect([host, await reaches(host, port)]).toEqual([host, true]);
});
