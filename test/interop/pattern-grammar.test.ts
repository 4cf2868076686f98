import { gunzipSync } from "node:zlib";
import { parsePattern, parseTree, printPattern } from "@socdefenders/shared";
import { sampleBytes } from "@socdefenders/simulator";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { openOasisParser } from "./oasis-parser.ts";
import { patterns } from "./pattern-arbitrary.ts";
import { everyProduction, nearMisses } from "./pattern-list.ts";
import { mutated } from "./pattern-mutation.ts";

let isPattern: (text: string) => boolean;
beforeAll(async () => {
  isPattern = await openOasisParser();
}, 120_000);

/** What the grammar of OASIS takes and we refuse, each for a reason. Nothing else may differ; we take nothing that it refuses. */
const stricter: readonly { readonly reason: string; readonly example: string; readonly error: RegExp }[] = [
  {
    reason: "all operands of an AND must be true of one object (STIX 2.1 §9.6)",
    example: "[file:name = 'a' AND url:value = 'b']",
    error: /^expected one object type in all operands of AND/,
  },
  {
    reason: "a qualifier stands once on an observation (STIX 2.1 §9.5.1; the validator of OASIS says so too, behind its grammar)",
    example: "[file:name = 'a'] REPEATS 2 TIMES REPEATS 3 TIMES",
    error: /^expected no second (?:WITHIN|REPEATS|START)/,
  },
  {
    reason: "deep parentheses are an attack on the stack of whoever reads on",
    example: `${"(".repeat(65)}[file:name = 'a']${")".repeat(65)}`,
    error: /^expected at most 64 parentheses/,
  },
  {
    reason: "the longest pattern of any public feed has half of the length allowed",
    example: `[file:name = '${"a".repeat(128 * 1024)}']`,
    error: /^expected at most 131072 characters/,
  },
];

test.each(stricter)("stricter than the grammar: $reason", ({ example, error }) => {
  expect(isPattern(example)).toBe(true);
  expect(parsePattern(example)).toMatchObject({ valid: false, error: expect.stringMatching(error) });
});

test.each([
  ["a hash of the wrong length", "[file:hashes.MD5 = 'abc']", "file:hashes.MD5"],
  ["an address that is none", "[ipv4-addr:value = '999.1.1.1']", "ipv4-addr:value"],
])("as the grammar: %s is a pattern; it comes with a warning and gives no observable", (_, pattern, path) => {
  expect(isPattern(pattern)).toBe(true);
  const result = parsePattern(pattern);
  expect(result).toMatchObject({ valid: true, observables: [] });
  expect(Object.keys((result.valid && result.warnings) || {})).toEqual([expect.stringMatching(`^${path}: `)]);
});

test.each([
  ["a day that is not in the calendar", "[file:x = t'2026-02-30T00:00:00Z']"],
  ["hexadecimal digits in upper case", "[file:x = h'0AFF']"],
])("as the grammar, where the text of the specification is stricter: %s", (_, pattern) => {
  expect(isPattern(pattern)).toBe(true);
  expect(parsePattern(pattern).valid).toBe(true);
});

test.each(everyProduction)("both take %s", (pattern) => {
  expect(isPattern(pattern)).toBe(true);
  expect(parsePattern(pattern).valid).toBe(true);
});

test.each(nearMisses)("both refuse %j", (text) => {
  expect(isPattern(text)).toBe(false);
  expect(parsePattern(text).valid).toBe(false);
});

test("every pattern of 5,000 real indicators is judged alike, and nearly all are patterns", () => {
  const verdicts = sample.map(judge);
  expect(verdicts.filter(({ difference }) => difference !== undefined)).toEqual([]);
  expect(verdicts.filter(({ isTaken }) => isTaken).length).toBeGreaterThan(4900);
});

test("generated patterns are judged alike; what we take comes back from its tree and is still a pattern there", () => {
  const counts = { valid: 0, all: 0 };
  fc.assert(
    fc.property(patterns(), (pattern) => {
      const verdict = judge(pattern);
      expect(verdict.difference).toBeUndefined();
      counts.all += 1;
      if (!verdict.isTaken) return;
      counts.valid += 1;
      const tree = parseTree(pattern);
      const printed = printPattern(tree);
      expect(isPattern(printed)).toBe(true);
      expect(parseTree(printed)).toEqual(tree);
    }),
    { numRuns: 3000 },
  );
  expect(counts.valid).toBeGreaterThan(counts.all / 2);
});

test("patterns with faults put into them are judged alike", () => {
  const counts = { taken: 0, all: 0 };
  const originals = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...everyProduction, ...nearMisses) },
    { weight: 1, arbitrary: fc.constantFrom(...sample) },
    { weight: 1, arbitrary: patterns() },
  );
  fc.assert(
    fc.property(mutated(originals), (text) => {
      const verdict = judge(text);
      expect(verdict.difference).toBeUndefined();
      counts.all += 1;
      if (verdict.isTaken) counts.taken += 1;
    }),
    { numRuns: 20_000 },
  );
  // Neither all refused nor all taken, or the property would say little.
  expect(counts.taken).toBeGreaterThan(counts.all / 20);
  expect(counts.taken).toBeLessThan((counts.all * 19) / 20);
});

const sample: readonly string[] = gunzipSync(sampleBytes())
  .toString("utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => (JSON.parse(line) as { object: { pattern: string } }).object.pattern);

interface Verdict {
  readonly isTaken: boolean;
  /** What differs without being listed above. */
  readonly difference?: string;
}

function judge(text: string): Verdict {
  const ours = parsePattern(text);
  if (ours.valid === isPattern(text)) return { isTaken: ours.valid };
  if (ours.valid) return { isTaken: true, difference: `taken against the grammar: ${text}` };
  const isListed = stricter.some(({ error }) => error.test(ours.error));
  return { isTaken: false, ...(!isListed && { difference: `refused against the grammar: ${text}: ${ours.error}` }) };
}
