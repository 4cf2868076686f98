import { expect, test, vi } from "vitest";
import {
  breakLock,
  destinationNames,
  useFunctionApp,
  type DestinationName,
  type FunctionApp,
  type StartedRun,
} from "./app.test.host.ts";
import { indicatorsOf, repeatedIndicators, timesSent } from "./sent.test.host.ts";

// Each run is a process of its own: half a second on a machine with nothing else to do.
vi.setConfig({ testTimeout: 60_000 });
const app = useFunctionApp();
const pageSize = 50;
const pages = 5;
const settings = { SOCDEFENDERS_PAGE_SIZE: String(pageSize) };

// Where each keeps its positions.
const positions: Readonly<Record<DestinationName, string>> = {
  logs: "/positions/sentinel-soc-",
  "threat-intelligence": "/positions/sentinel-ti-",
};

/** Kills the process that is under way with SIGKILL when upload or page `number` of the destination comes to the point. */
type Arm = (prepared: FunctionApp, destination: DestinationName, number: number, kill: () => void) => void;

const points: Readonly<Record<string, Arm>> = {
  "before it is taken": ({ intercept }, destination, number, kill) => {
    intercept(destination, (call) => (call === number ? (kill(), "hang") : undefined));
  },
  "after it is taken, before the answer": ({ intercept }, destination, number, kill) => {
    intercept(destination, (call) => (call === number ? (kill(), undefined) : undefined));
  },
  "before its position is written": ({ storage }, destination, number, kill) => {
    let saves = 0;
    storage.intercept(({ method, blob }, proceed) => {
      const isHere = method === "PUT" && blob.includes(positions[destination]) && (saves += 1) === number;
      return isHere ? (kill(), "hang") : proceed();
    });
  },
  "after its position is written, before the answer": ({ storage }, destination, number, kill) => {
    let saves = 0;
    storage.intercept(async ({ method, blob }, proceed) => {
      const answer = await proceed();
      if (method === "PUT" && blob.includes(positions[destination]) && (saves += 1) === number) kill();
      return answer;
    });
  },
};

const cases = Object.keys(points).flatMap((point) =>
  destinationNames.flatMap((destination) => [1, 2, pages].map((number) => [number, destination, point] as const)),
);

test.each(cases)(
  "kill -9 at page %i to %s, %s: nothing is lost, and of each destination at most one page comes twice",
  async (number, destination, point) => {
    const prepared = await app.start({ indicators: pages * pageSize });
    let run: StartedRun | undefined;
    const killed = new Promise<void>((resolve) => {
      points[point]?.(prepared, destination, number, () => {
        run?.kill("SIGKILL");
        resolve();
      });
    });
    run = prepared.start(settings);
    await killed;
    expect(await run.done).toBeUndefined();
    prepared.storage.intercept(undefined);
    prepared.intercept(destination, undefined);
    await breakLock(await prepared.container());

    const next = await prepared.run(settings);
    expect(next.failure).toBeUndefined();
    for (const sent of Object.values(prepared.delivered())) {
      expect(indicatorsOf(sent).size).toBe(prepared.served.length);
      expect(repeatedIndicators(sent).size).toBeLessThanOrEqual(pageSize);
      expect(Math.max(...timesSent(sent).values())).toBeLessThanOrEqual(2);
    }
  },
  60_000,
);
