import { expect, test, vi } from "vitest";
import { breakLock, repeatedIndicators, timesSent, useFunctionApp, type FunctionApp, type StartedRun } from "./app.test.host.ts";

// Each run is a process of its own: half a second on a machine with nothing else to do.
vi.setConfig({ testTimeout: 60_000 });
const app = useFunctionApp();
const pageSize = 50;
const pages = 5;
const settings = { SOCDEFENDERS_PAGE_SIZE: String(pageSize) };

/** Kills the process that is under way with SIGKILL when page `page` comes to the point. */
type Arm = (prepared: FunctionApp, page: number, kill: () => void) => void;

const points: Readonly<Record<string, Arm>> = {
  "before its rows are taken": ({ interceptLogs }, page, kill) => {
    interceptLogs((call) => (call === page ? (kill(), "hang") : undefined));
  },
  "after its rows are taken, before the answer": ({ interceptLogs }, page, kill) => {
    interceptLogs((call) => (call === page ? (kill(), undefined) : undefined));
  },
  "before its position is written": ({ storage }, page, kill) => {
    let saves = 0;
    storage.intercept(({ method, blob }, proceed) => {
      const isHere = method === "PUT" && blob.includes("/positions/") && (saves += 1) === page;
      return isHere ? (kill(), "hang") : proceed();
    });
  },
  "after its position is written, before the answer": ({ storage }, page, kill) => {
    let saves = 0;
    storage.intercept(async ({ method, blob }, proceed) => {
      const answer = await proceed();
      if (method === "PUT" && blob.includes("/positions/") && (saves += 1) === page) kill();
      return answer;
    });
  },
};

const cases = Object.keys(points).flatMap((point) => [1, 2, pages].map((page) => [page, point] as const));

test.each(cases)(
  "kill -9 at page %i %s: nothing is lost, at most that page comes twice",
  async (page, point) => {
    const prepared = await app.start({ indicators: pages * pageSize });
    let run: StartedRun | undefined;
    const killed = new Promise<void>((resolve) => {
      points[point]?.(prepared, page, () => {
        run?.kill("SIGKILL");
        resolve();
      });
    });
    run = prepared.start(settings);
    await killed;
    expect(await run.done).toBeUndefined();
    prepared.storage.intercept(undefined);
    prepared.interceptLogs(undefined);
    await breakLock(await prepared.container());

    const next = await prepared.run(settings);
    expect(next.failure).toBeUndefined();
    for (const rows of Object.values(prepared.delivered())) {
      expect(new Set(rows.map((row) => row["IndicatorId"])).size).toBe(prepared.served.length);
      expect(repeatedIndicators(rows).size).toBeLessThanOrEqual(pageSize);
      expect(Math.max(...timesSent(rows).values())).toBeLessThanOrEqual(2);
    }
  },
  30_000,
);
