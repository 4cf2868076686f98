import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createFileStore, openFeed, poll, silentLogger, userAgent, type Mapping, type Target } from "@socdefenders/shared";
import { pagesConfig } from "./walk.ts";

/** Delivers a collection of the page server from its start, with positions saved behind each page; how many objects were read. */
export type Deliver = (origin: string, collection: string, onPage?: () => void) => Promise<number>;

/** The whole way to one target, as `run` takes it; where a target keeps no position of its own, it is kept in files. */
export function createDelivery<Item>(map: Mapping<Item>, open: () => Target<Item>): Deliver {
  return async (origin, collection, onPage = () => undefined) => {
    const feed = openFeed(pagesConfig(origin, "plain", collection), { log: silentLogger, userAgent });
    // Programs are started in the project: its disk and not the temporary folder, which may be memory only.
    const directory = await mkdtemp(join("node_modules", ".bench-"));
    const { sink, checkpoints = createFileStore(directory) } = open();
    // Each time from the start, whatever is saved.
    const forgetful = { ...checkpoints, load: async () => undefined };
    const common = { feed, target: "bench", log: silentLogger, deadLetters: { add: async () => 0 } };
    const { signal } = new AbortController();
    let objects = 0;
    try {
      for await (const summary of poll({ ...common, map, sink, checkpoints: forgetful, signal, onPage })) {
        const { read, mapped, delivered, failure } = summary;
        if (failure !== undefined) throw failure;
        if (delivered < mapped || mapped < read * 0.9) throw new Error(`${delivered} of ${mapped} items of ${read} objects`);
        objects += read;
      }
    } finally {
      await feed.close();
      await rm(directory, { recursive: true });
    }
    return objects;
  };
}
