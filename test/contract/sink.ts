import type { Sink } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";

/** A sink before a target that can be made to fail. */
export interface SinkSetting<Item> {
  readonly sink: Sink<Item>;
  /** So many different items, the same ones at each call. */
  readonly items: (count: number) => readonly Item[];
  /** Distinct items the target holds. */
  readonly received: () => number;
  /** Makes every request fail from now on, in a way that may pass, until it is called with false. */
  readonly fail: (isFailing: boolean) => void;
  /** The same target with a credential it does not know. */
  readonly withWrongCredential: () => Sink<Item>;
  /** The credential that is sent, or what must not be shown of it. */
  readonly secrets: readonly string[];
}

const signal = new AbortController().signal;

/** What every sink keeps to, whatever its protocol. */
export function testSink<Item>(name: string, makeSetting: () => Promise<SinkSetting<Item>>): void {
  describe(`sink: ${name}`, () => {
    test("when a write resolves, the target holds all of it", async () => {
      const { sink, items, received } = await makeSetting();
      expect(await sink.write(items(700), signal)).toEqual([]);
      expect(received()).toBe(700);
    });

    test("a write the target does not confirm fails with advice; written again later, everything is there", async () => {
      const { sink, items, received, fail } = await makeSetting();
      expect(await sink.write(items(5), signal)).toEqual([]);
      fail(true);
      await expect(sink.write(items(20), signal)).rejects.toMatchObject({
        name: "TargetError",
        exitCode: 4,
        remedy: expect.stringMatching(/\w{3}/),
      });
      expect(received()).toBe(5);
      fail(false);
      expect(await sink.write(items(20), signal)).toEqual([]);
      expect(received()).toBe(20);
    });

    test("writing the same items again changes nothing in the set the target holds", async () => {
      const { sink, items, received } = await makeSetting();
      await sink.write(items(30), signal);
      await sink.write(items(30), signal);
      expect(received()).toBe(30);
    });

    test("check proves the way and stores nothing", async () => {
      const { sink, received } = await makeSetting();
      await sink.check(signal);
      expect(received()).toBe(0);
    });

    test("a wrong credential is found by check and by write, with advice and without showing it", async () => {
      const { withWrongCredential, items, received, secrets } = await makeSetting();
      const sink = withWrongCredential();
      for (const attempt of [() => sink.check(signal), () => sink.write(items(3), signal)]) {
        const error = (await attempt().then(
          () => expect.unreachable("accepted"),
          (thrown: unknown) => thrown,
        )) as Error & { remedy: string };
        expect(error.remedy).toMatch(/\w{3}/);
        for (const secret of secrets) expect(`${error.message} ${error.remedy} ${error.stack}`).not.toContain(secret);
      }
      await sink.close();
      expect(received()).toBe(0);
    });

    test("a run that is stopped does not resolve as if it had delivered", async () => {
      const { sink, items } = await makeSetting();
      await expect(sink.write(items(3), AbortSignal.abort(new Error("stopped")))).rejects.toThrow();
    });

    test("closing never throws: unused, after success, after failure, twice", async () => {
      const { sink, items, fail } = await makeSetting();
      await sink.close();
      const second = await makeSetting();
      await second.sink.write(items(2), signal);
      await second.sink.close();
      fail(true);
      const third = await makeSetting();
      third.fail(true);
      const failure = await third.sink.write(items(2), signal).catch((error: unknown) => error as Error);
      await third.sink.close(failure as Error);
      await third.sink.close();
      expect(failure).toBeInstanceOf(Error);
    });
  });
}
