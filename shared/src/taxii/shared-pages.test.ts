import { describe, expect, test, vi } from "vitest";
import { FeedError } from "../errors/feed-error.ts";
import { isCursorLoss, type ObjectsAnswer, type ObjectsQuery } from "./client.ts";
import { sharedForMs, sharePages } from "./shared-pages.ts";

const never = new AbortController().signal;

interface Asked {
  readonly query: ObjectsQuery;
  readonly signal: AbortSignal;
  readonly answer: (changes?: Partial<ObjectsAnswer>) => void;
  readonly fail: (error: Error) => void;
}

/** A feed that answers when it is told to. */
function openFeed() {
  const asked: Asked[] = [];
  const pages = sharePages({
    collections: () => Promise.resolve([]),
    objects: (_, query, signal) =>
      new Promise((resolve, reject) => {
        const page = {
          objects: [],
          more: true,
          next: `after-${asked.length}`,
          dateAddedFirst: "f",
          dateAddedLast: "l",
          clock: "c",
          size: 100,
        };
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        asked.push({ query, signal, answer: (changes) => resolve({ ...page, limit: query.limit, ...changes }), fail: reject });
      }),
  });
  return { asked, walk: () => pages.walk() };
}

const query = (addedAfter: string, next?: string): ObjectsQuery => ({ addedAfter, limit: 1000, next });

test("walks at the same position get one answer, also along its next cursors", async () => {
  const { asked, walk } = openFeed();
  const walks = [walk(), walk(), walk()];
  const first = walks.map((one) => one.objects("all", query("a"), never));
  asked[0]!.answer();
  const [answer, ...others] = await Promise.all(first);
  expect(others).toEqual([answer, answer]);
  const second = walks.map((one) => one.objects("all", query("a", answer!.next), never));
  asked[1]!.answer();
  await Promise.all(second);
  expect(asked.map(({ query: { next } }) => next)).toEqual([undefined, "after-0"]);
});

test("what differs in anything is asked by itself", async () => {
  const { asked, walk } = openFeed();
  void walk().objects("all", query("a"), never);
  void walk().objects("some", query("a"), never);
  void walk().objects("all", query("b"), never);
  void walk().objects("all", { ...query("a"), limit: 500 }, never);
  expect(asked).toHaveLength(4);
});

test("a walk that is stopped does not stop the request another one waits for; the last one does", async () => {
  const { asked, walk } = openFeed();
  const [one, other] = [new AbortController(), new AbortController()];
  const stopped = walk().objects("all", query("a"), one.signal);
  const waiting = walk().objects("all", query("a"), other.signal);
  one.abort(new Error("one is stopped"));
  await expect(stopped).rejects.toThrow("one is stopped");
  expect(asked[0]!.signal.aborted).toBe(false);
  other.abort(new Error("the other too"));
  await expect(waiting).rejects.toThrow("the other too");
  expect(asked[0]!.signal.aborted).toBe(true);
  void walk().objects("all", query("a"), never);
  expect(asked).toHaveLength(2);
});

test("a failure is that of all who waited, and of nobody who comes later", async () => {
  const { asked, walk } = openFeed();
  const waiting = [walk(), walk()].map((one) => one.objects("all", query("a"), never));
  asked[0]!.fail(new FeedError("the feed is away", { remedy: "Wait." }));
  for (const one of waiting) await expect(one).rejects.toThrow("the feed is away");
  void walk().objects("all", query("a"), never);
  expect(asked).toHaveLength(2);
});

describe("a next cursor is never sent twice", () => {
  async function together(feed: ReturnType<typeof openFeed>) {
    const walks = [feed.walk(), feed.walk()] as const;
    const both = walks.map((one) => one.objects("all", query("a"), never));
    feed.asked[0]!.answer();
    await Promise.all(both);
    return walks;
  }

  test("once its answer is forgotten, whoever fell behind has lost it, and goes on by date", async () => {
    const feed = openFeed();
    const [fast, slow] = await together(feed);
    for (let page = 1; page < 12; page += 1) {
      const answer = fast.objects("all", query("a", `after-${page - 1}`), never);
      feed.asked[page]!.answer();
      await answer;
    }
    const lost = await slow.objects("all", query("a", "after-0"), never).catch((error: unknown) => error);
    expect(isCursorLoss(lost)).toBe(true);
    expect(feed.asked.filter(({ query: { next } }) => next === "after-0")).toHaveLength(1);
    void slow.objects("all", query("z"), never);
    expect(feed.asked.at(-1)!.query).toEqual(query("z"));
  });

  test("once it failed for another one", async () => {
    const feed = openFeed();
    const [fast, slow] = await together(feed);
    const failed = fast.objects("all", query("a", "after-0"), never);
    feed.asked[1]!.fail(new Error("reset"));
    await expect(failed).rejects.toThrow("reset");
    await expect(slow.objects("all", query("a", "after-0"), never)).rejects.toSatisfy(isCursorLoss);
    expect(feed.asked).toHaveLength(2);
    // By date again from where they were: a new answer, whose cursor works.
    const again = [fast, slow].map((one) => one.objects("all", query("a"), never));
    feed.asked[2]!.answer();
    for (const { next } of await Promise.all(again)) expect(next).toBe("after-2");
    expect(feed.asked).toHaveLength(3);
  });

  test("and where the feed gives no dates to go on from, each walk has cursors of its own", async () => {
    const { asked, walk } = openFeed();
    const walks = [walk(), walk()];
    const first = walks.map((one) => one.objects("all", query("a"), never));
    asked[0]!.answer({ dateAddedLast: undefined });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    asked[1]!.answer({ dateAddedLast: undefined });
    expect((await Promise.all(first)).map(({ next }) => next)).toEqual(["after-0", "after-1"]);
    void walks[0]!.objects("all", query("a", "after-0"), never);
    void walks[1]!.objects("all", query("a", "after-1"), never);
    expect(asked.map(({ query: { next } }) => next)).toEqual([undefined, undefined, "after-0", "after-1"]);
  });

  test("also where a page on the way names no date", async () => {
    const feed = openFeed();
    const walks = await together(feed);
    const second = walks.map((one) => one.objects("all", query("a", "after-0"), never));
    feed.asked[1]!.answer({ dateAddedFirst: undefined, dateAddedLast: undefined });
    expect((await Promise.all(second)).map(({ next }) => next)).toEqual(["after-1", "after-1"]);
    for (const one of walks) void one.objects("all", query("a", "after-1"), never);
    expect(feed.asked.map((one) => one.query.next)).toEqual([undefined, "after-0", "after-1"]);
  });
});

test("large answers make room sooner; the latest is kept whatever its size", async () => {
  const { asked, walk } = openFeed();
  const sizes = { a: 30_000_000, b: 1_000_000, c: 1_000_000 };
  for (const [place, [after, size]] of Object.entries(sizes).entries()) {
    const answer = walk().objects("all", query(after), never);
    asked[place]!.answer({ size });
    await answer;
    await walk().objects("all", query(after), never);
  }
  expect(asked).toHaveLength(3);
  for (const after of ["b", "c", "a"]) void walk().objects("all", query(after), never);
  expect(asked.map((one) => one.query.addedAfter)).toEqual(["a", "b", "c", "a"]);
});

test("an answer is good for a minute from when it came, however long it took", async () => {
  vi.useFakeTimers();
  try {
    const { asked, walk } = openFeed();
    const ask = (): Promise<ObjectsAnswer> => walk().objects("all", query("a"), never);
    const first = ask();
    vi.advanceTimersByTime(10 * sharedForMs);
    void ask();
    asked[0]!.answer();
    await first;
    await vi.advanceTimersByTimeAsync(0);
    vi.advanceTimersByTime(sharedForMs - 1);
    expect(await ask()).toBe(await first);
    vi.advanceTimersByTime(1);
    void ask();
    expect(asked).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
