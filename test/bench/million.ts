import { openFeed, poll, silentLogger, userAgent, type CheckpointStore, type Mapping, type Sink } from "@socdefenders/shared";
import { pagesConfig } from "./walk.ts";

/** What programs about memory print: how much came through, and the resident memory behind each 100 pages in MB. */
export interface MemorySamples {
  readonly count: number;
  readonly megabytes: readonly number[];
  readonly seconds: number;
}

export interface Delivery<Item> {
  readonly map: Mapping<Item>;
  readonly sink: Sink<Item>;
  readonly checkpoints: CheckpointStore;
}

/** Delivers the million indicators of the page server and prints its memory meanwhile. */
export function printDeliveryMemory<Item>(origin: string, delivery: Delivery<Item>): Promise<void> {
  return printMemory(async (onPage) => {
    const feed = openFeed(pagesConfig(origin, "plain", "1000"), { log: silentLogger, userAgent });
    const { signal } = new AbortController();
    const deadLetters = { add: async () => 0 };
    let count = 0;
    for await (const { delivered, failure } of poll({
      feed,
      target: "bench",
      ...delivery,
      deadLetters,
      log: silentLogger,
      signal,
      onPage,
    })) {
      if (failure !== undefined) throw failure;
      count += delivered;
    }
    await feed.close();
    return count;
  });
}

/** Does something page by page that says how much it did, and prints its memory meanwhile. */
export async function printMemory(work: (afterPage: () => void) => Promise<number>): Promise<void> {
  const megabytes: number[] = [];
  let pages = 0;
  const start = performance.now();
  const count = await work(() => {
    pages += 1;
    if (pages % 100 === 0) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
  });
  const samples: MemorySamples = { count, megabytes, seconds: (performance.now() - start) / 1000 };
  console.log(JSON.stringify(samples));
}
