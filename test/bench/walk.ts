import {
  isIndicator,
  observablesOf,
  openFeed,
  parseFeedConfig,
  silentLogger,
  type FeedConfig,
  type Page,
} from "@socdefenders/shared";

/** Walks a collection of the page server from its start, down to the observables of each indicator; how many objects came. */
export async function walk(
  origin: string,
  encoding: string,
  collection: string,
  afterPage?: (page: Page) => void,
): Promise<number> {
  const feed = openFeed(pagesConfig(origin, encoding, collection), { log: silentLogger, userAgent: "bench" });
  const { signal } = new AbortController();
  const [chosen] = await feed.chosenCollections(signal);
  let objects = 0;
  let observables = 0;
  for await (const page of feed.source(chosen!).pages(undefined, signal)) {
    for (const object of page.objects) if (isIndicator(object)) observables += observablesOf(object).length;
    objects += page.objects.length;
    afterPage?.(page);
  }
  await feed.close();
  if (observables < objects / 2) throw new Error(`only ${observables} observables from ${objects} objects`);
  return objects;
}

/** A collection of the page server from its start, with a budget that never waits. */
export function pagesConfig(origin: string, encoding: string, collection: string): FeedConfig {
  return parseFeedConfig({
    endpoint: `${origin}/${encoding}/taxii2/`,
    api_key: "a-key-for-nothing",
    collections: [collection],
    start: "2026-01-01T00:00:00Z",
    requests_per_minute: 1_000_000_000,
    requests_per_day: 1_000_000_000,
  });
}
