// How fast patterns are read, and how the time grows with what a hostile one can hold.
import { maximumPatternLength, parsePattern } from "@socdefenders/shared";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { summarise } from "./measurement.ts";

const sample = readRecords(sampleBytes()).map(({ object }) => String(object["pattern"]));
const single = sample.filter((pattern) => /^\[[^ ]+ = '[^'\\]*'\]$/.test(pattern));
// The same equalities in a spelling that takes the whole parser.
const spelled = single.map((pattern) => pattern.replace(" = ", "="));

/** Patterns a second, over all of a list again and again. */
function speedOf(patterns: readonly string[]): ReturnType<typeof summarise> {
  const speeds: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    const start = performance.now();
    for (const pattern of patterns) if (!parsePattern(pattern).valid) throw new Error(`no pattern: ${pattern}`);
    speeds.push((patterns.length / (performance.now() - start)) * 1000);
  }
  return summarise(speeds.slice(10));
}

const hostile: Readonly<Record<string, (length: number) => string>> = {
  "an OR list": (length) => `[${Array.from({ length: length / 9 }, () => "a:b=1").join(" OR ")}]`,
  "a set": (length) => `[domain-name:value IN (${Array.from({ length: length / 12 }, (_, index) => `'${index}.a'`).join()})]`,
  "one string": (length) => `[url:value = '${"x".repeat(length - 20)}']`,
  "an escaped string": (length) => `[url:value = '${"\\'".repeat(length / 2 - 20)}']`,
  comments: (length) => `${"/**/".repeat(length / 4 - 2)}[a:b=1]`,
  "parentheses, too deep": (length) => `[${"(".repeat(length - 1)}`,
  "quotes, no pattern": (length) => `[a:b = ${"'".repeat(length - 10)}`,
};

/** Best of several, in milliseconds. */
function timeOf(pattern: string): number {
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    parsePattern(pattern);
    return performance.now() - start;
  });
  return Math.min(...times);
}

const lengths = [maximumPatternLength / 8, maximumPatternLength / 4, maximumPatternLength / 2, maximumPatternLength];
const growth = Object.entries(hostile).map(([name, make]) => ({
  name,
  milliseconds: lengths.map((length) => timeOf(make(length))),
  megabyte: timeOf(make(1_000_000)),
}));

console.log(JSON.stringify({ single: speedOf(single), spelled: speedOf(spelled), sample: speedOf(sample), lengths, growth }));
