import { createFilter, parseFilterConfig, type StixObject } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { goal, percent, thousands } from "./measurement.ts";

const count = 100_000;

/** Addresses, ranges of every usual length, and domains, a third each. */
function exclusions(size: number): string[] {
  return Array.from({ length: size }, (_, index) => {
    const address = `${1 + (index % 9)}.${(index >> 8) % 256}.${index % 256}.0`;
    return [`*.site-${index}.example`, `value-${index}.example`, `${address}/${16 + (index % 17)}`][index % 3] ?? "";
  });
}

/** Half addresses, half domains and URLs; about one in a hundred is on the list. */
const objects: readonly StixObject[] = Array.from({ length: count }, (_, index) => {
  const name = index % 100 === 1 ? `www.site-${index - 1}.example` : `a.b.c${index}.net`;
  const address = `[ipv4-addr:value = '${20 + (index % 100)}.${(index >> 8) % 256}.${index % 256}.7']`;
  const pattern =
    [address, `[domain-name:value = '${name}']`, address, `[url:value = 'https://${name}/x?${index}']`][index % 4] ?? "";
  const time = "2026-05-01T00:00:00Z";
  return {
    type: "indicator",
    id: `indicator--${index}`,
    created: time,
    modified: time,
    valid_from: time,
    pattern,
    pattern_type: "stix",
  };
});

/** Objects a second, best of three, and how many were held back. */
function measure(size: number): { speed: number; heldBack: number } {
  const map = createFilter(parseFilterConfig({ exclude: exclusions(size) }))(() => ({ kind: "items", items: [] }));
  let speed = 0;
  let heldBack = 0;
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now();
    heldBack = objects.filter((object) => map(object, { collection: "all" }).kind === "skipped").length;
    speed = Math.max(speed, (count / (performance.now() - started)) * 1000);
  }
  return { speed, heldBack };
}

test("a list of 100,000 entries costs no more than three times what one of 100 costs", ({ task }) => {
  measure(100);
  const short = measure(100);
  const long = measure(count);
  const ratio = long.speed / short.speed;
  const row = {
    what: "filter with a list of 100,000 entries",
    measured: `${thousands(long.speed)} objects/s`,
    ratio: percent(ratio),
    comparedWith: `a list of 100 entries: ${thousands(short.speed)} objects/s`,
    goal: goal("≥ 33 %", ratio > 1 / 3),
  };
  task.meta.measurements = [row];
  expect(long.heldBack).toBeGreaterThan(short.heldBack);
  expect(ratio).toBeGreaterThan(1 / 3);
});
