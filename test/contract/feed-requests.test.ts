import {
  createCircuit,
  createFeedSender,
  createFileBudgets,
  createLogger,
  createMemoryBudgets,
  createRateLimiter,
  NetworkError,
  openBudgetAccount,
  silentLogger,
  type BudgetStore,
  type LogRecord,
  type SendToFeed,
} from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { createVirtualClock, createVirtualHttp, type VirtualAnswer, type VirtualClock } from "./virtual-clock.ts";

const start = Date.parse("2026-05-01T00:00:00Z");
const minuteMs = 60_000;
const request = { method: "GET", url: new URL("https://feed.example/api/collections/all/objects/") } as const;
const ok: VirtualAnswer = { status: 200 };
const reset = new NetworkError("GET https://feed.example/: the connection was reset", {
  code: "ECONNRESET",
  sent: true,
  retryable: true,
});

interface Feed {
  readonly clock: VirtualClock;
  readonly send: SendToFeed;
  /** Milliseconds from the start at which the feed was asked. */
  readonly asked: readonly number[];
}

/** A feed that gives these answers in turn and the last one for ever. */
function feed(...answers: readonly (VirtualAnswer | Error)[]): Feed {
  const clock = createVirtualClock(start);
  const asked: number[] = [];
  const answer = (): VirtualAnswer => {
    const next = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(clock.now() - start);
    if (next instanceof Error) throw next;
    return next;
  };
  const http = createVirtualHttp(clock, silentLogger, answer, () => 0);
  const limiter = createRateLimiter({ perMinute: 1000, perDay: 1_000_000, clock });
  return { clock, asked, send: createFeedSender({ http, limiter, circuit: createCircuit(), clock }) };
}

const statusOf = async (sent: ReturnType<SendToFeed>): Promise<number> => (await sent).status;

describe("asked to come later", () => {
  test.each([
    ["seconds", { "retry-after": "90" }, 90_000],
    ["an HTTP date", { "retry-after": "Fri, 01 May 2026 00:02:00 GMT" }, 120_000],
    [
      "an HTTP date of a clock that is an hour ahead",
      { "retry-after": "Fri, 01 May 2026 01:02:00 GMT", date: "Fri, 01 May 2026 01:00:00 GMT" },
      120_000,
    ],
    ["Reset, where there is no Retry-After", { "x-ratelimit-reset": String(start + 30_000) }, 30_000],
    ["Reset no longer than two minutes", { "x-ratelimit-reset": String(start + 3600_000) }, 120_000],
    ["Retry-After before Reset", { "retry-after": "10", "x-ratelimit-reset": String(start + 30_000) }, 10_000],
  ])("waits for %s", async (_, headers, expected) => {
    for (const status of [429, 503]) {
      const { send, asked } = feed({ status, headers }, ok);
      expect(await statusOf(send(request))).toBe(200);
      expect(asked).toEqual([0, expected]);
    }
  });

  test("without any of them: a back-off with jitter that doubles up to five minutes, a quarter of an hour in all", async () => {
    const { send, asked } = feed({ status: 429 });
    expect(await statusOf(send(request))).toBe(429);
    expect(asked.length).toBeGreaterThan(5);
    asked.forEach((time, index) => {
      const longest = Math.min(5 * minuteMs, 1000 * 2 ** index);
      expect((asked[index + 1] ?? time) - time).toBeLessThanOrEqual(longest);
    });
    expect(asked.at(-1)).toBeLessThanOrEqual(15 * minuteMs);
  });

  test.each([
    ["Retry-After: 0", { "retry-after": "0" }],
    ["a date that has passed", { "retry-after": "Thu, 30 Apr 2026 00:00:00 GMT" }],
    ["a minute that has ended", { "x-ratelimit-reset": String(start - 60_000) }],
  ])("%s is taken at its word once, and is no hot loop", async (_, headers) => {
    const { send, asked } = feed({ status: 429, headers });
    expect(await statusOf(send(request))).toBe(429);
    expect(asked.length).toBeLessThan(100);
  });

  test.each(["99999999999999999999", "9".repeat(400), String(4e9)])("nobody is left alone for years (%s)", async (header) => {
    const { send, asked, clock } = feed({ status: 429, headers: { "retry-after": header } }, ok);
    expect(await statusOf(send(request))).toBe(429);
    await expect(send(request)).rejects.toMatchObject({ message: expect.stringContaining("left alone until 2026-05-02") });
    await clock.wait(24 * 60 * minuteMs, undefined);
    expect(await statusOf(send(request))).toBe(200);
    expect(asked).toHaveLength(2);
  });

  test.each(["0.001", "1e-12", "9".repeat(400), "0"])("a limit of %s is none", async (limit) => {
    const { send } = feed({ status: 200, headers: { "x-ratelimit-limit": limit, "x-ratelimit-remaining": limit } });
    expect(await Promise.all(Array.from({ length: 20 }, () => statusOf(send(request))))).toEqual(
      Array.from({ length: 20 }, () => 200),
    );
  });

  test("the pause is everybody's who uses the key", async () => {
    const { send, asked } = feed({ status: 429, headers: { "retry-after": "60" } }, ok);
    await Promise.all([send(request), send(request).then(() => send(request))]);
    expect(asked.filter((time) => time > 0 && time < minuteMs)).toEqual([]);
  });

  test("an hour is not waited for in place: the request ends, and none is made before the hour is over", async () => {
    const { send, asked, clock } = feed({ status: 429, headers: { "retry-after": "3600" } }, ok);
    expect(await statusOf(send(request))).toBe(429);
    await expect(send(request)).rejects.toMatchObject({
      name: "FeedError",
      message: expect.stringContaining("2026-05-01T01:00:00"),
    });
    expect(asked).toEqual([0]);
    await clock.wait(50 * minuteMs, undefined);
    expect(await statusOf(send(request))).toBe(200);
    expect(asked).toEqual([0, 60 * minuteMs]);
  });
});

describe("a feed that is down", () => {
  test("an answer is one, whatever it says: five tries, and the next request is asked for as ever", async () => {
    const { send, asked } = feed(...Array.from({ length: 5 }, () => ({ status: 500 })), ok);
    expect(await statusOf(send(request))).toBe(500);
    expect(asked.length).toBe(5);
    expect(await statusOf(send(request))).toBe(200);
  });

  test("no answer: five tries, then nothing is asked until a probe may, and the probe's outcome is everybody's", async () => {
    const { send, asked, clock } = feed(...Array.from({ length: 6 }, () => reset), ok);
    await expect(send(request)).rejects.toBe(reset);
    expect(asked.length).toBe(5);
    await expect(send(request)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/down: .*not asked again before/),
    });
    expect(asked.length).toBe(5);

    await clock.wait(30_000, undefined);
    const together = await Promise.allSettled([send(request), send(request)]);
    expect(together).toMatchObject([
      { status: "rejected", reason: reset },
      { status: "rejected", reason: { message: expect.stringMatching(/not asked again before/) } },
    ]);
    expect(asked.length).toBe(6);
    await clock.wait(59_000, undefined);
    await expect(send(request)).rejects.toThrow(/not asked again before/);

    await clock.wait(1000, undefined);
    expect(await Promise.all([statusOf(send(request)), statusOf(send(request))])).toEqual([200, 200]);
    expect(asked.length).toBe(8);
  });

  test("a probe that is abandoned leaves the place to the next one", async () => {
    const { send, clock } = feed(...Array.from({ length: 5 }, () => reset), ok);
    await expect(send(request)).rejects.toBe(reset);
    await clock.wait(30_000, undefined);
    await expect(send({ ...request, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(await statusOf(send(request))).toBe(200);
  });

  test.each([400, 401, 403, 404, 406, 410])("%i is an answer: asked once, and no outage", async (status) => {
    const { send, asked } = feed({ status });
    for (let count = 1; count <= 8; count += 1) expect(await statusOf(send(request))).toBe(status);
    expect(asked.length).toBe(8);
  });

  test("a cursor whose answer got lost is not asked for again, and that is no outage", async () => {
    const { send, asked } = feed(reset, ok);
    await expect(send(request, { repeatUnknown: false })).rejects.toBe(reset);
    expect(await statusOf(send(request))).toBe(200);
    expect(asked.length).toBe(2);
  });
});

describe("the day's budget across a restart", () => {
  interface Process {
    readonly records: LogRecord[];
    readonly pages: (count: number) => Promise<void>;
    readonly stop: () => Promise<void>;
  }

  const stores: readonly [string, () => BudgetStore][] = [
    ["in memory", createMemoryBudgets],
    ["in files", () => createFileBudgets(temporaryDirectory())],
  ];

  function openProcess(store: BudgetStore, clock: VirtualClock): Process {
    const records: LogRecord[] = [];
    const log = createLogger((record) => void records.push(record));
    const account = openBudgetAccount(store, async () => "0123456789abcdef");
    const limiter = createRateLimiter({ perMinute: 100_000, perDay: 10_000, clock, account });
    return {
      records,
      async pages(count) {
        for (let page = 0; page < count; page += 1) (await limiter.enter("live", minuteMs, log, undefined)).settle(undefined);
      },
      stop: () => limiter.flush(log),
    };
  }

  test.each(stores)("%s: what was spent stays spent for a day, and no longer", async (_, createStore) => {
    const store = createStore();
    const clock = createVirtualClock(start + 23 * 3600_000);
    const first = openProcess(store, clock);
    await first.pages(3199);
    expect(first.records).toEqual([]);
    await first.pages(1);
    expect(first.records).toMatchObject([
      { level: "warn", event: "day_budget", context: { spent_units: 8000, units_per_day: 10_000 } },
    ]);
    await first.stop();

    const second = openProcess(store, clock);
    await second.pages(800);
    await expect(second.pages(1)).rejects.toMatchObject({
      name: "FeedError",
      message: expect.stringMatching(/10000 request units a day/),
    });
    await second.stop();

    await clock.wait(24 * 3600_000 + 10 * minuteMs, undefined);
    await openProcess(store, clock).pages(4000);
  });

  test.each(stores)("%s: processes at the same time see each other's spending", async (_, createStore) => {
    const store = createStore();
    const clock = createVirtualClock(start);
    const [first, second] = [openProcess(store, clock), openProcess(store, clock)];
    await Promise.all([first.pages(1), second.pages(1)]);
    await first.pages(2999);
    await first.stop();
    await second.pages(1);
    await second.stop();
    await second.pages(998);
    await expect(second.pages(1)).rejects.toThrow(/request units a day/);
  });

  test("a store that cannot be used costs one warning and the memory, not the delivery", async () => {
    const broken = async (): Promise<never> => {
      throw new Error("the disk is full");
    };
    const clock = createVirtualClock(start);
    const { pages, stop, records } = openProcess({ load: broken, add: broken }, clock);
    await pages(10);
    await stop();
    await clock.wait(minuteMs, undefined);
    await pages(10);
    expect(records).toMatchObject([{ event: "budget_not_saved", message: expect.stringContaining("the disk is full") }]);
  });
});
