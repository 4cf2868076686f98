import type { CheckpointStore, PositionKey } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";

export const exampleKey: PositionKey = {
  target: "splunk",
  endpoint: "https://feed.example/taxii2/",
  collection: "all/with: odd name",
};

/** A place that outlives a store: each `open` is a new process looking at it. */
export interface StorePlace {
  open(): CheckpointStore;
  /** Replaces whatever is saved under the key by this text; left out where nothing can get in between. */
  damage?(key: PositionKey, text: string): Promise<void>;
}

/** What every checkpoint store keeps to, whatever it writes to. */
export function testCheckpointStore(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`checkpoint store: ${name}`, () => {
    test("there is no position on a first run", async () => {
      const place = await makePlace();
      expect(await place.open().load(exampleKey)).toBeUndefined();
    });

    test("gives back what was saved last, member for member, to another process too", async () => {
      const place = await makePlace();
      const store = place.open();
      await store.load(exampleKey);
      await store.save(exampleKey, { position: "2026-05-01T00:00:00.000001Z", schema: 1, boundary: [] });
      const cursor = { position: "2026-05-01T00:00:00.123456Z", schema: 1, boundary: ["a", "ü"], unknown: { kept: true } };
      await store.save(exampleKey, cursor);
      expect(await store.load(exampleKey)).toEqual(cursor);
      expect(await place.open().load(exampleKey)).toEqual(cursor);
    });

    test("keeps positions of different targets, feeds, collections and filters apart", async () => {
      const store = (await makePlace()).open();
      const keys = [
        exampleKey,
        { ...exampleKey, target: "other" },
        { ...exampleKey, endpoint: "https://other.example/" },
        { ...exampleKey, collection: "other" },
        { ...exampleKey, filter: "0123456789abcdef" },
      ];
      for (const [index, key] of keys.entries()) {
        await store.load(key);
        await store.save(key, { position: String(index) });
      }
      const positions = await Promise.all(keys.map(async (key) => (await store.load(key))?.position));
      expect(positions).toEqual(["0", "1", "2", "3", "4"]);
    });

    test.for([
      ["damaged", "{ not json", /damaged/],
      ["something else", '{"schema":1,"hello":"world"}', /damaged/],
      ["of a newer version", '{"schema":99}', /newer version/],
    ] as const)("a position that is %s is an error with a remedy, never a fresh start", async ([, text, message], { skip }) => {
      const place = await makePlace();
      if (place.damage === undefined) return skip("nothing can get in between");
      const store = place.open();
      await store.load(exampleKey);
      await store.save(exampleKey, { position: "1" });
      await place.damage(exampleKey, text);
      await expect(place.open().load(exampleKey)).rejects.toMatchObject({
        name: "PositionError",
        exitCode: 2,
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/./),
      });
    });
  });
}
