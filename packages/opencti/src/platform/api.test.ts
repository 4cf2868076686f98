import type { StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { createApiTransport } from "./api.ts";
import type { Graphql } from "./graphql.ts";

const { signal } = new AbortController();
const indicator = (number: number, members: Record<string, unknown> = {}): StixObject => ({
  type: "indicator",
  id: `indicator--${number}`,
  ...members,
});

/** A platform that takes everything, or nothing, and counts what it is told. */
function start({ maximumBytes = 40_000_000, ...options }: { announces: boolean; maximumBytes?: number; takes?: boolean }) {
  const pushed: { objects: readonly StixObject[] }[] = [];
  let announced = 0;
  const graphql = {
    call(_: unknown, { bundle }: { bundle: string }) {
      pushed.push(JSON.parse(bundle) as { objects: readonly StixObject[] });
      return Promise.resolve({ stixBundlePush: options.takes ?? true });
    },
  } as unknown as Graphql;
  const work = {
    id: "work",
    expect: (objects: number) => Promise.resolve(void (announced += objects)),
    withdraw: (objects: number) => void (announced -= objects),
    isAlive: () => Promise.resolve(true),
    finish: () => Promise.resolve(true),
  };
  const transport = createApiTransport(graphql, { connectorId: "connector", maximumBytes, ...options });
  const send = (...objects: StixObject[]) => transport.send({ id: "bundle--1", objects, work }, signal);
  return {
    send,
    pushed: () => pushed.map(({ objects }) => objects.map(({ id }) => id)),
    bundles: pushed,
    announced: () => announced,
  };
}

test.each([
  ["alone, where the worker announces what it splits", false, 1, 1],
  ["alone, where the platform announces", true, 1, 0],
  ["with others, where the worker announces what it splits", false, 2, 0],
  ["with others, where the platform announces", true, 2, 0],
])("an object %s is announced exactly once", async (_, announces, count, announced) => {
  const platform = start({ announces });
  await platform.send(...Array.from({ length: count }, (__, number) => indicator(number)));
  expect(platform.pushed()).toHaveLength(1);
  expect(platform.announced()).toBe(announced);
});

test.each([false, true])("an object that the platform does not take is not announced in the end (%s)", async (announces) => {
  const platform = start({ announces, takes: false });
  await expect(platform.send(indicator(1))).rejects.toThrow("did not take");
  expect(platform.announced()).toBe(0);
});

test("references are cleaned and objects ordered before they are pushed, since the platform does neither", async () => {
  const platform = start({ announces: true });
  const report = { type: "report", id: "report--1", object_refs: ["indicator--1", "indicator--9", "extension-definition--1"] };
  expect(await platform.send(report, indicator(1), { type: "extension-definition", id: "extension-definition--1" })).toEqual([
    { id: "extension-definition--1", reason: "of a type that OpenCTI does not import" },
  ]);
  expect(platform.bundles[0]?.objects).toEqual([indicator(1), { ...report, object_refs: ["indicator--1", "indicator--9"] }]);
});

test("what is larger than a request goes in several, and one object larger than any is given back", async () => {
  const platform = start({ announces: false, maximumBytes: 1000 });
  const long = (number: number, length: number) => indicator(number, { description: "x".repeat(length) });
  expect(await platform.send(long(1, 600), long(2, 600), long(3, 2000))).toEqual([
    { id: "indicator--3", reason: "larger than the 1000 bytes that one push to OpenCTI may have" },
  ]);
  expect(platform.pushed()).toEqual([["indicator--1"], ["indicator--2"]]);
  expect(platform.announced()).toBe(2);
});

test("nothing is pushed where nothing is left", async () => {
  const platform = start({ announces: false });
  await platform.send({ type: "extension-definition", id: "extension-definition--1" });
  expect(platform.pushed()).toEqual([]);
});

test("a platform that says no fails the page", async () => {
  await expect(start({ announces: true, takes: false }).send(indicator(1))).rejects.toThrow("did not take the bundle");
});
