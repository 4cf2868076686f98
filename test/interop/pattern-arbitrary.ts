import fc, { type Arbitrary } from "fast-check";

/** Texts of the productions of STIX 2.1 §9, with blanks and comments between the tokens. */
export function patterns(): Arbitrary<string> {
  return sentence("FOLLOWEDBY", sentence("OR", sentence("AND", observation(2))), 2);
}

/** What stands between two tokens: most often one blank. */
const blank = fc.oneof(
  { weight: 12, arbitrary: fc.constant(" ") },
  fc.constantFrom("  ", "\t", "\n", "\u00a0", "\u2003", "/* ] */", "// '\n"),
);

/** Between tokens that need nothing there. */
const gap = fc.oneof({ weight: 4, arbitrary: fc.constant("") }, blank);

function row(...parts: readonly (string | Arbitrary<string>)[]): Arbitrary<string> {
  return fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((texts) => texts.join(""));
}

function sentence(keyword: string, operand: Arbitrary<string>, most = 3): Arbitrary<string> {
  const single = fc.tuple(fc.tuple(operand, blank, blank));
  return fc
    .oneof({ weight: 3, arbitrary: single }, fc.array(fc.tuple(operand, blank, blank), { minLength: 2, maxLength: most }))
    .map((operands) =>
      operands.map(([text, before, after], index) => (index === 0 ? text : `${before}${keyword}${after}${text}`)).join(""),
    );
}

function observation(depth: number): Arbitrary<string> {
  const simple = row("[", gap, sentence("OR", sentence("AND", comparison(2))), gap, "]");
  const group = (): Arbitrary<string> =>
    row("(", gap, sentence("FOLLOWEDBY", sentence("OR", sentence("AND", observation(depth - 1), 2), 2), 2), gap, ")");
  const expression = depth === 0 ? simple : fc.oneof({ weight: 4, arbitrary: simple }, group());
  return row(expression, fc.oneof({ weight: 4, arbitrary: fc.constant("") }, qualifier, row(qualifier, qualifier)));
}

const count = fc.constantFrom("0", "5", "+300");
const qualifier = fc.oneof(
  row(blank, "WITHIN", blank, fc.oneof(count, fc.constantFrom("1.5", "+.5")), blank, "SECONDS"),
  row(blank, "REPEATS", blank, count, blank, "TIMES"),
  row(blank, "START", blank, timestamp(), blank, "STOP", blank, timestamp()),
);

function comparison(depth: number): Arbitrary<string> {
  const not = fc.oneof({ weight: 3, arbitrary: fc.constant("") }, row("NOT", blank));
  const symbols = fc.constantFrom("=", "==", "!=", "<>", "<", "<=", ">", ">=");
  const words = fc.constantFrom("LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET");
  const single = fc.oneof(
    { weight: 3, arbitrary: row(path, blank, not, symbols, gap, literal) },
    row(path, blank, not, fc.constantFrom("=", "==", "!=", "<>"), gap, fc.constantFrom("true", "false")),
    row(path, blank, not, words, gap, text),
    row(path, blank, not, "IN", gap, set),
    row(not, "EXISTS", blank, path),
  );
  return depth === 0
    ? single
    : fc.oneof({ weight: 5, arbitrary: single }, row("(", gap, sentence("OR", sentence("AND", comparison(depth - 1))), gap, ")"));
}

const name = fc.oneof(
  fc.constantFrom("value", "name", "hashes", "x_1", "_", "LASTING", "src_ref", "t", "h", "b"),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/),
);
const text = fc
  .oneof(
    fc.constantFrom("", "SHA-256", "198.51.100.0/24", "%.exe", "'", "\\", "^a\\b", "// ]", "two\nlines", "😀"),
    fc.string({ maxLength: 8 }),
  )
  .map((value) => `'${value.replaceAll(/['\\]/g, "\\$&")}'`);
const step = fc.oneof(
  row(gap, ".", gap, fc.oneof({ weight: 3, arbitrary: name }, text)),
  row(gap, "[", fc.constantFrom("0", "5", "-1", "+1", "*"), "]"),
);
// Few types, so that an AND often is of one.
const path = row(
  fc.oneof({ weight: 20, arbitrary: fc.constant("file") }, fc.constantFrom("x-a", "LAST-x")),
  gap,
  ":",
  gap,
  fc.oneof({ weight: 4, arbitrary: name }, text),
  fc.array(step, { maxLength: 3 }).map((steps) => steps.join("")),
);

const literal = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.constantFrom("0", "5", "-5", "+5", "-0", "1.5", ".5", "-.5", "007.5"),
  fc.constantFrom("h''", "h'0aFF'", "b'AAAA'", "b'AA=='", "b'AAA='"),
  timestamp(),
);
const set = fc.array(literal, { maxLength: 3 }).map((values) => `(${values.join(", ")})`);

function timestamp(): Arbitrary<string> {
  const digits = (least: number, most: number): Arbitrary<string> =>
    fc.integer({ min: least, max: most }).map((value) => String(value).padStart(2, "0"));
  return row(
    "t'2026-",
    digits(1, 12),
    "-",
    digits(1, 31),
    "T",
    digits(0, 23),
    ":",
    digits(0, 59),
    ":",
    digits(0, 60),
    fc.constantFrom("", ".5", ".123456789"),
    "Z'",
  );
}
