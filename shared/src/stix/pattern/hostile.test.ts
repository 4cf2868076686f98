import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePattern } from "./observable.ts";
import { maximumPatternLength, parseTree } from "./parser.ts";
import { printPattern } from "./print.ts";
import type { ComparisonExpression, Literal, ObjectPath, ObservationExpression, PathStep, Qualifier } from "./tree.ts";

const long = maximumPatternLength;
const deep = 10_000;

// Generous on a loaded machine; anything that is not linear takes minutes.
const patienceMs = 1000;

test.each<[string, string, RegExp | undefined]>([
  ["1 MB of one string", `[url:value = '${"x".repeat(1_000_000)}']`, /at most 131072 characters/],
  ["100,000 ORs", `[${Array.from({ length: 100_001 }, () => "a:b = 1").join(" OR ")}]`, /at most 131072 characters/],
  ["as many ORs as fit", `[${Array.from({ length: long / 9 }, () => "a:b=1").join(" OR ")}]`, undefined],
  ["as many ANDs as fit", `[${Array.from({ length: long / 10 }, () => "a:b=1").join(" AND ")}]`, undefined],
  ["as many observations as fit", Array.from({ length: long / 11 }, () => "[a:b=1]").join(" OR "), undefined],
  ["as many qualifiers as fit", `([a:b=1])${"REPEATS 1TIMES ".repeat(long / 16)}`, undefined],
  ["parentheses between observations", `${"(".repeat(deep)}[a:b = 1]${")".repeat(deep)}`, /at most 64 parentheses/],
  ["parentheses inside one", `[${"(".repeat(deep)}a:b = 1${")".repeat(deep)}]`, /at most 64 parentheses/],
  ["ANDs of ORs, as deep as allowed", `[${"(a:b=1 OR c:d=1) AND (".repeat(63)}a:b=1${")".repeat(63)}]`, undefined],
  ["indexes", `[a:b${"[0]".repeat(long / 4)} = 1]`, undefined],
  ["blanks", " ".repeat(long), /found the end/],
  ["open comments", "/* ".repeat(long / 3), /\*\//],
  ["comments", `${"/**/".repeat(long / 4 - 2)}[a:b=1]`, undefined],
  ["slashes", "/".repeat(long), /found the end/],
  ["quotes", `[a:b = ${"'".repeat(long - 10)}]`, /AND, OR or \]/],
  ["backslashes", `[a:b = '${"\\".repeat(long - 10)}`, /end of the string/],
  ["hexadecimal digits", `[a:b = h'${"0".repeat(long - 15)}z']`, /hexadecimal/],
  ["Base64", `[a:b = b'${"A".repeat(long - 15)}!']`, /Base64/],
  ["a fraction", `[a:b = t'2026-01-01T00:00:00.${"0".repeat(long - 50)}']`, /timestamp/],
  ["digits", `[a:b = ${"1".repeat(long - 10)}x]`, /AND, OR or \]/],
  ["a domain of labels", `[network-traffic:dst_ref.value = '${"a.".repeat(long / 2 - 40)}1']`, undefined],
])("%s", (_, pattern, error) => {
  const start = performance.now();
  const result = parsePattern(pattern);
  expect(performance.now() - start).toBeLessThan(patienceMs);
  expect(result.valid ? "valid" : result.error).toMatch(error ?? /^valid$/);
});

const fragments = [
  "[",
  "]",
  "(",
  ")",
  "a",
  "file",
  ":",
  "hashes",
  ".",
  "'",
  "'x'",
  "\\",
  "=",
  "<",
  "!",
  "1",
  "-",
  "+5",
  ".5",
  "*",
  "AND",
].concat(
  [
    "OR",
    "NOT",
    "IN",
    "EXISTS",
    "LIKE",
    "t'",
    "h''",
    "b'AAAA'",
    "true",
    "FOLLOWEDBY",
    "WITHIN",
    "SECONDS",
    "REPEATS",
    "TIMES",
    "START",
  ],
  ["STOP", " ", "\n", "//", "/*", "*/", ",", "\u00a0", "\u{1F600}", "\ud800", "[a:b = 1]", "a:b = 1"],
);

test("any text gives a result, and an error lies within the text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...fragments), { maxLength: 30 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (pattern) => {
      const result = parsePattern(pattern);
      const { error, position } = result.valid ? { error: "none", position: 0 } : result;
      expect(error).not.toBe("");
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(pattern.length);
    }),
    { numRuns: 5000 },
  );
});

const propertyName = fc.oneof(fc.constantFrom("b", "c_d", "LAST", "true", "SHA-256", "", "it's", "\\"), fc.string());
const property = propertyName.map((name): PathStep => ({ kind: "property", name }));
const index = fc.constantFrom("0", "12", "-1", "*").map((value): PathStep => ({ kind: "index", index: value }));
const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.string({ unit: "binary" }).map((value): Literal => ({ kind: "string", value })),
  fc.constantFrom<Literal>(
    { kind: "integer", value: "-5" },
    { kind: "float", value: ".50" },
    { kind: "boolean", value: "true" },
    { kind: "timestamp", value: "2026-01-31T08:00:00.5Z" },
    { kind: "hex", value: "0aFF" },
    { kind: "binary", value: "c3RpeA==" },
  ),
);

function comparisons(objectType: string): fc.Arbitrary<ComparisonExpression> {
  const path = fc
    .tuple(property, fc.array(fc.oneof(property, index), { maxLength: 3 }))
    .map(([first, rest]): ObjectPath => ({ objectType, steps: [first, ...rest] }));
  const isNegated = fc.boolean();
  const { tree } = fc.letrec<{ tree: ComparisonExpression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        kind: fc.constant("comparison" as const),
        path,
        isNegated,
        operator: fc.constantFrom("=" as const, "!=" as const),
        value: literal,
      }),
      fc.record({ kind: fc.constant("membership" as const), path, isNegated, values: fc.array(literal, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("existence" as const), path, isNegated }),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  return tree;
}

const qualifier = fc.constantFrom<Qualifier>(
  { kind: "within", seconds: "1.5" },
  { kind: "repeats", times: "2" },
  { kind: "startstop", start: "2026-01-01T00:00:00Z", stop: "2026-01-02T00:00:00Z" },
);

const { pattern } = fc.letrec<{ pattern: ObservationExpression }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 5 },
    fc.record({ kind: fc.constant("observation" as const), expression: fc.constantFrom("file", "x-a", "AND-").chain(comparisons) }),
    fc.record({
      kind: fc.constant("qualified" as const),
      expression: tie("pattern"),
      qualifiers: fc.array(qualifier, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const, "followedby" as const),
      operands: fc.array(tie("pattern"), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

test("any tree, printed, parses back to itself", () => {
  fc.assert(
    fc.property(pattern, (tree) => {
      expect(parseTree(printPattern(tree))).toEqual(tree);
    }),
    { numRuns: 1000 },
  );
});
