import { expect, test, vi } from "vitest";
import { storageError } from "@socdefenders/simulator";
import { readAll } from "../state/open.test.container.ts";
import { isIndicatorRow, useFunctionApp, type DestinationName, type FunctionApp } from "./app.test.host.ts";
import { indicatorsOf, timesSent } from "./sent.test.host.ts";

// Each run is a process of its own: half a second on a machine with nothing else to do.
vi.setConfig({ testTimeout: 60_000 });
const app = useFunctionApp();
const limit = "AzureFunctionsJobHost__functionTimeout";
const smallPages = { SOCDEFENDERS_PAGE_SIZE: "100" };

/** Every indicator of the feed came to both destinations, and how often each of its rows and objects did. */
function expectAll({ delivered, served }: FunctionApp, atMost: number): void {
  for (const sent of Object.values(delivered())) {
    expect(indicatorsOf(sent).size).toBe(served.length);
    expect(Math.max(...timesSent(sent).values())).toBeLessThanOrEqual(atMost);
  }
}

const healthOf = (prepared: FunctionApp, destination: DestinationName) =>
  prepared.health().filter((row) => row.Destination === destination);

test("a run that is short of time leaves without failing, and the next one goes on; both tell Sentinel", async () => {
  let isStuck = true;
  const prepared = await app.start({
    indicators: 400,
    logs: { intercept: (_, rows) => (isStuck && rows.some((row) => row["IndicatorId"] === stuck) ? "hang" : undefined) },
  });
  const stuck = prepared.served[250]?.object["id"];
  const paused = await prepared.run({ ...smallPages, [limit]: "00:00:03" });
  expect(paused.failure).toBeUndefined();
  expect(paused.logs).toContainEqual(expect.objectContaining({ level: "info", event: "run_paused" }));
  isStuck = false;
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, 1);
  const [first, second] = healthOf(prepared, "logs");
  expect(first).toMatchObject({ Status: "paused", Destination: "logs" });
  expect(first).not.toHaveProperty("Error");
  expect(second).toMatchObject({ Status: "succeeded" });
  expect((first?.Read ?? 0) + (second?.Read ?? 0)).toBeGreaterThanOrEqual(400);
  expect(healthOf(prepared, "threat-intelligence")).toMatchObject([{ Status: "succeeded" }, { Status: "succeeded", Delivered: 0 }]);
});

test("the host's request to terminate ends a run that waits for an answer, and the lock is free at once", async () => {
  const reached = Promise.withResolvers<void>();
  let isStuck = true;
  const prepared = await app.start({
    indicators: 300,
    logs: {
      intercept: (_, rows) => {
        if (!isStuck || !rows.some((row) => row["IndicatorId"] === stuck)) return undefined;
        reached.resolve();
        return "hang";
      },
    },
  });
  const stuck = prepared.served[150]?.object["id"];
  const run = prepared.start(smallPages);
  await reached.promise;
  run.kill("SIGTERM");
  const left = await run.done;
  expect(left).toMatchObject({ logs: expect.arrayContaining([expect.objectContaining({ event: "run_paused" })]) as unknown });
  isStuck = false;
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, 1);
});

test("of two that start at the same moment one delivers, and the other leaves quietly or finds nothing new", async () => {
  const prepared = await app.start({ indicators: 600 });
  const runs = await Promise.all([prepared.run(smallPages), prepared.run(smallPages)]);
  expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined]);
  expectAll(prepared, 1);
});

test("a run that finds another one under way leaves quietly", async () => {
  const prepared = await app.start({ indicators: 10 });
  await prepared.run();
  const container = await prepared.container();
  await container.getBlobClient("lock").getBlobLeaseClient().acquireLease(60);
  const { failure, logs } = await prepared.run();
  expect(failure).toBeUndefined();
  expect(logs).toMatchObject([{ level: "warn", event: "run_skipped", remedy: expect.stringMatching(/STATE_CONTAINER/) as string }]);
  expect(prepared.health()).toHaveLength(2);
});

test("a run whose lock was taken over meanwhile overwrites nothing: the newer run's position stays", async () => {
  const held = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  const prepared = await app.start({ indicators: 300 });
  let saves = 0;
  prepared.storage.intercept(async ({ method, blob }, proceed) => {
    if (method === "PUT" && blob.includes("/positions/") && (saves += 1) === 2) {
      waiting.resolve();
      await held.promise;
    }
    return proceed();
  });
  // The first run sleeps while it saves its second page; its lease runs out, and another run delivers everything.
  const stale = prepared.start(smallPages);
  await waiting.promise;
  const container = await prepared.container();
  await container.getBlobClient("lock").getBlobLeaseClient().breakLease(0);
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  const saved = await readAll(container, "positions/");
  held.resolve();
  const late = await stale.done;
  expect(late?.failure).toMatch(/another instance moved the position/);
  expect(await readAll(container, "positions/")).toEqual(saved);
  expectAll(prepared, 2);
});

test.each([
  [403, "AuthorizationPermissionMismatch", /Storage Blob Data Owner/],
  [503, "ServerBusy", /way to the account/],
])(
  "storage that answers %i fails the run with advice, and Sentinel is told",
  async (status, code, remedy) => {
    const prepared = await app.start({ indicators: 10 });
    prepared.storage.intercept(() => storageError(status, code));
    const { failure, logs } = await prepared.run();
    expect(failure).toMatch(remedy);
    expect(logs).toContainEqual(expect.objectContaining({ level: "error", event: "run_failed" }));
    const row = {
      Status: "failed",
      Read: 0,
      Error: expect.stringMatching(`${status} ${code}`) as string,
      Remedy: expect.stringMatching(remedy) as string,
    };
    expect(prepared.health()).toMatchObject([
      { ...row, Destination: "logs" },
      { ...row, Destination: "threat-intelligence" },
    ]);
  },
  30_000,
);

test("a state container that is deleted during a run fails it; the next one makes it anew and reads everything again", async () => {
  const prepared = await app.start({ indicators: 300 });
  const container = await prepared.container();
  let saves = 0;
  prepared.storage.intercept(async ({ method, blob }, proceed) => {
    if (method === "PUT" && blob.includes("/positions/") && (saves += 1) === 2) await container.delete();
    return proceed();
  });
  expect((await prepared.run(smallPages)).failure).toMatch(/ContainerNotFound/);
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, 2);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a key that the feed does not take", { SOCDEFENDERS_API_KEY: "sk_live_wrong-key-of-nobody" }, /401/],
  ["a collection that is not there", { SOCDEFENDERS_COLLECTIONS: "none" }, /no readable collection/],
])(
  "%s fails the run with advice, also in Sentinel, and no key is told to anybody",
  async (_, change, message) => {
    const prepared = await app.start({ indicators: 10 });
    const { failure, logs } = await prepared.run(change);
    expect(failure).toMatch(message);
    const rows = prepared.health();
    const row = {
      Status: "failed",
      Error: expect.stringMatching(message) as string,
      Remedy: expect.stringMatching(/\w/) as string,
    };
    expect(rows).toMatchObject([row, row]);
    expect(JSON.stringify([failure, logs, rows])).not.toMatch(/sk_live_wrong|feed\.(api_key|collections|endpoint)/);
  },
  60_000,
);

test("an address that is no feed's fails the run with advice, also in Sentinel", async () => {
  const prepared = await app.start({ indicators: 10 });
  const { failure } = await prepared.run({ SOCDEFENDERS_ENDPOINT: `${prepared.storage.url}/api/taxii2/` });
  expect(failure).toMatch(/^Error: GET http.*SOCDEFENDERS_ENDPOINT/);
  const row = { Status: "failed", Read: 0, Remedy: expect.stringMatching(/SOCDEFENDERS_ENDPOINT/) as string };
  expect(prepared.health()).toMatchObject([row, row]);
});

test("health that Azure does not take is a warning, and never hides why a run failed", async () => {
  const busy = { status: 403, code: "Forbidden" };
  const prepared = await app.start({
    indicators: 10,
    logs: { intercept: (_, rows) => (rows.some((row) => !isIndicatorRow(row)) ? busy : undefined) },
  });
  const { failure, logs } = await prepared.run();
  expect(failure).toBeUndefined();
  expect(logs).toContainEqual(expect.objectContaining({ level: "warn", event: "health_not_sent" }));
  expect((await prepared.run({ SOCDEFENDERS_COLLECTIONS: "none" })).failure).toMatch(/^Error: no readable collection/);
});
