import fc, { type Arbitrary } from "fast-check";

/** A change at a place given as a share of the text. */
type Change = (text: string, place: number, length: number) => string;

const pieces = [
  "[",
  "]",
  "(",
  ")",
  "'",
  "\\",
  "\\'",
  "''",
  ":",
  ".",
  ",",
  "*",
  "/",
  "/*",
  "*/",
  "//",
  "-",
  "+",
  "0",
  "5",
  ".5",
  "é",
  "\u{1F600}",
  "\u2003",
  "\ufeff",
  "\0",
  "\n",
]
  .concat([
    "=",
    "==",
    "!=",
    "!",
    "<",
    "<>",
    ">",
    "h'00'",
    "b'AAAA'",
    "t'2026-01-31T08:00:00Z'",
    "h'0'",
    "b''",
    "t'2026-13-01T24:00:00.Z'",
    "true",
    "TRUE",
    "1e5",
    "01",
    "a:b",
    "a-b",
    "_",
  ])
  .concat([
    " AND ",
    " OR ",
    " NOT ",
    " IN ",
    " EXISTS ",
    " LIKE ",
    " LAST ",
    " FOLLOWEDBY ",
    " WITHIN 5 SECONDS",
    " REPEATS 2 TIMES",
    " START ",
    " STOP ",
  ]);

const changes: readonly Change[] = [
  // A character lost, a stretch lost, a stretch twice, a stretch swapped with the next one.
  (text, place) => text.slice(0, place) + text.slice(place + 1),
  (text, place, length) => text.slice(0, place) + text.slice(place + length),
  (text, place, length) => text.slice(0, place + length) + text.slice(place),
  (text, place, length) =>
    text.slice(0, place) +
    text.slice(place + length, place + 2 * length) +
    text.slice(place, place + length) +
    text.slice(place + 2 * length),
  // One bit of one character, its case, its end.
  (text, place, length) =>
    text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ (1 << (length % 7))) + text.slice(place + 1),
  (text, place) => text.slice(0, place) + otherCase(text.charAt(place)) + text.slice(place + 1),
  (text, place) => text.slice(0, place),
];

const otherCase = (letter: string): string => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase());

const change: Arbitrary<Change> = fc.oneof(
  { weight: changes.length, arbitrary: fc.constantFrom(...changes) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...pieces)
      .map((piece) => (text: string, place: number) => text.slice(0, place) + piece + text.slice(place)),
  },
);

/** A text with one to three faults. */
export function mutated(original: Arbitrary<string>): Arbitrary<string> {
  const steps = fc.array(fc.tuple(change, fc.nat(9999), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(original, steps)
    .map(([text, changesMade]) =>
      changesMade.reduce(
        (changed, [apply, share, length]) => apply(changed, Math.floor((changed.length * share) / 10_000), length),
        text,
      ),
    );
}
