import type { UploadedObject, UploadFault } from "@socdefenders/simulator";
import { expect, test, vi } from "vitest";
import { readAll } from "../state/open.test.container.ts";
import { destinationNames, useFunctionApp, type DestinationName, type FunctionApp } from "./app.test.host.ts";
import { indicatorsOf, timesSent } from "./sent.test.host.ts";

// Each run is a process of its own: half a second on a machine with nothing else to do.
vi.setConfig({ testTimeout: 60_000 });
const app = useFunctionApp();
const limit = "AzureFunctionsJobHost__functionTimeout";
const smallPages = { SOCDEFENDERS_PAGE_SIZE: "100" };

function expectAll({ delivered, served }: FunctionApp, destination: DestinationName, atMost: number): void {
  const sent = delivered()[destination];
  expect(indicatorsOf(sent).size).toBe(served.length);
  expect(Math.max(...timesSent(sent).values())).toBeLessThanOrEqual(atMost);
}

const adviceOf: Readonly<Record<DestinationName, RegExp>> = {
  logs: /HTTP 403.*Monitoring Metrics Publisher/,
  "threat-intelligence": /HTTP 403.*Microsoft Sentinel Contributor/,
};

test.each(destinationNames)(
  "%s that refuses the identity fails the run and does not stop the other; it catches up alone",
  async (failing) => {
    const other = failing === "logs" ? "threat-intelligence" : "logs";
    const prepared = await app.start({ indicators: 300 });
    prepared.intercept(failing, (call) => (call > 1 ? { status: 403 } : undefined));
    const { failure } = await prepared.run(smallPages);
    expect(failure).toMatch(adviceOf[failing]);
    expect(failure).not.toMatch(adviceOf[other]);
    expectAll(prepared, other, 1);
    expect(indicatorsOf(prepared.delivered()[failing]).size).toBeLessThan(prepared.served.length);
    const sent = prepared.delivered()[other].length;

    prepared.intercept(failing, undefined);
    expect((await prepared.run(smallPages)).failure).toBeUndefined();
    expectAll(prepared, failing, 1);
    expect(prepared.delivered()[other]).toHaveLength(sent);
    const statuses = prepared.health().map(({ Destination, Status }) => `${Destination} ${Status}`);
    expect(statuses.toSorted()).toEqual(
      [`${failing} failed`, `${failing} succeeded`, `${other} succeeded`, `${other} succeeded`].toSorted(),
    );
    const advice = prepared.health().find(({ Status }) => Status === "failed");
    expect(`${advice?.Error} ${advice?.Remedy}`).toMatch(adviceOf[failing]);
  },
);

test("a run that fails for both destinations tells both failures and the advice to each", async () => {
  const prepared = await app.start({ indicators: 10 });
  for (const destination of destinationNames) prepared.intercept(destination, () => ({ status: 403 }));
  const { failure } = await prepared.run();
  for (const destination of destinationNames) expect(failure).toMatch(adviceOf[destination]);
  expect(prepared.health()).toMatchObject([{ Status: "failed" }, { Status: "failed" }]);
  expect((await readAll(await prepared.container(), "positions/")).size).toBe(0);
});

test("a run that the upload API keeps waiting beyond its time leaves without failing, and nothing is lost", async () => {
  const prepared = await app.start({ indicators: 400 });
  prepared.intercept("threat-intelligence", (call) =>
    call === 2 ? { status: 429, headers: { "retry-after": "300" } } : undefined,
  );
  const paused = await prepared.run({ ...smallPages, [limit]: "00:00:03" });
  expect(paused.failure).toBeUndefined();
  const told = expect.objectContaining({ event: "run_paused", destination: "threat-intelligence" }) as unknown;
  expect(paused.logs).toContainEqual(told);
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  for (const destination of destinationNames) expectAll(prepared, destination, 1);
  expect(prepared.health()[1]).toMatchObject({ Destination: "threat-intelligence", Status: "paused" });
});

test("the function keeps to 100 uploads a minute by itself; what has to wait for the next minute, a later run delivers", async () => {
  const reached = Promise.withResolvers<void>();
  let uploads = 0;
  let isNarrow = true;
  const prepared = await app.start({
    indicators: 300,
    threatIntelligence: {
      intercept: (call, objects) => {
        uploads = call;
        if (call === 100) reached.resolve();
        return isNarrow && objects.length > 4 ? { status: 413 } : undefined;
      },
    },
  });
  const run = prepared.start(smallPages);
  await reached.promise;
  run.kill("SIGTERM");
  expect((await run.done)?.failure).toBeUndefined();
  expect(uploads).toBe(100);
  isNarrow = false;
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, "logs", 1);
  expectAll(prepared, "threat-intelligence", 2);
});

/** Fails the second upload once. */
const once =
  (fault: UploadFault) =>
  (call: number): UploadFault | undefined =>
    call === 2 ? fault : undefined;

const faults: Readonly<Record<string, (call: number, objects: readonly UploadedObject[]) => UploadFault | undefined>> = {
  "429 with Retry-After": once({ status: 429, headers: { "retry-after": "1" } }),
  "429 without Retry-After": once({
    status: 429,
    body: '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}',
  }),
  "413 for more than 30 objects": (_, objects) => (objects.length > 30 ? { status: 413 } : undefined),
  "500": once({ status: 500 }),
  "an answer that is cut off": once({
    status: 200,
    headers: { "content-length": "1000", connection: "close" },
    body: '{"errors":[',
  }),
  "a proxy's page with 200": once({ status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }),
  "a connection that is reset": once("reset"),
  "a connection that is reset when all is stored": once("reset-after-storing"),
};

test.each(Object.entries(faults))("what the upload API does once is made good within the run: %s", async (_, intercept) => {
  const prepared = await app.start({ indicators: 250, threatIntelligence: { intercept } });
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, "logs", 1);
  expectAll(prepared, "threat-intelligence", 2);
});

test("an object that the upload API names as refused becomes a dead letter of that destination; the others are not sent again", async () => {
  const prepared = await app.start({ indicators: 250, threatIntelligence: { intercept: once({ refuse: [3] }) } });
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  expectAll(prepared, "logs", 1);
  expect(Math.max(...timesSent(prepared.delivered()["threat-intelligence"]).values())).toBe(1);
  const [[, entry] = []] = await readAll(await prepared.container(), "dead-letters/");
  expect(entry).toMatch(/"target":"sentinel-ti".*Simulated refusal/);
  expect(prepared.health()[1]).toMatchObject({ Destination: "threat-intelligence", Status: "succeeded", Refused: 1 });
});

test("an upload that is never answered is given up when the time is over, and sent by the next run", async () => {
  const prepared = await app.start({ indicators: 250 });
  prepared.intercept("threat-intelligence", (call) => (call === 2 ? "hang" : undefined));
  const paused = await prepared.run({ ...smallPages, [limit]: "00:00:03" });
  expect(paused.failure).toBeUndefined();
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  for (const destination of destinationNames) expectAll(prepared, destination, 1);
});

test("the host's request to terminate ends an upload that waits for its answer; the next run sends it", async () => {
  const prepared = await app.start({ indicators: 250 });
  const reached = Promise.withResolvers<void>();
  prepared.intercept("threat-intelligence", (call) => (call === 2 ? (reached.resolve(), "hang") : undefined));
  const run = prepared.start(smallPages);
  await reached.promise;
  run.kill("SIGTERM");
  const told = expect.objectContaining({ event: "run_paused", destination: "threat-intelligence" }) as unknown;
  expect((await run.done)?.logs).toContainEqual(told);
  expect((await prepared.run(smallPages)).failure).toBeUndefined();
  for (const destination of destinationNames) expectAll(prepared, destination, 1);
});
