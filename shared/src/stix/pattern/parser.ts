import { readComparisonExpression } from "./comparison.ts";
import { accept, demand, fail, openCursor, readChain, readParenthesised, take, type Cursor } from "./cursor.ts";
import { PatternError } from "./pattern-error.ts";
import type { Observation, ObservationExpression, Qualifier } from "./tree.ts";

/**
 * The longest pattern read, in UTF-16 code units: twice the longest in any public feed (57,120). A pattern is repeated in the record
 * of each of its observables, so that what one indicator costs grows with the square of this.
 */
export const maximumPatternLength: number = 128 * 1024;

/**
 * The tree of a STIX 2.1 pattern (§9). Throws {@link PatternError}, with the offset and what was expected there, where the text is no
 * pattern, is longer than {@link maximumPatternLength}, or has more than 64 parentheses inside each other. Time is linear.
 */
export function parseTree(text: string): ObservationExpression {
  if (text.length > maximumPatternLength) {
    throw new PatternError(`expected at most ${maximumPatternLength} characters, found ${text.length}`, maximumPatternLength);
  }
  const cursor = openCursor(text);
  const tree = readSequence(cursor);
  demand(cursor, ["end"], "AND, OR, FOLLOWEDBY, a qualifier or the end of the pattern");
  return tree;
}

// Lowest precedence first: FOLLOWEDBY, then OR, then AND.
function readSequence(cursor: Cursor): ObservationExpression {
  return readChain(cursor, "FOLLOWEDBY", readAlternatives, (operands) => ({ kind: "followedby", operands }));
}

function readAlternatives(cursor: Cursor): ObservationExpression {
  return readChain(cursor, "OR", readAll, (operands) => ({ kind: "or", operands }));
}

function readAll(cursor: Cursor): ObservationExpression {
  return readChain(cursor, "AND", readQualified, (operands) => ({ kind: "and", operands }));
}

/** Qualifiers bind to the one expression on their left. On a bare observation each kind may stand once (§9.5.1). */
function readQualified(cursor: Cursor): ObservationExpression {
  const isGroup = accept(cursor, "(");
  const expression = isGroup ? readGroup(cursor) : readObservation(cursor);
  const qualifiers: Qualifier[] = [];
  for (;;) {
    const { start, kind: keyword } = cursor.token;
    const qualifier = readQualifier(cursor);
    if (qualifier === undefined) return qualifiers.length === 0 ? expression : { kind: "qualified", expression, qualifiers };
    if (!isGroup && qualifiers.some(({ kind }) => kind === qualifier.kind)) {
      throw new PatternError(`expected no second ${keyword}: parentheses are needed for that`, start);
    }
    qualifiers.push(qualifier);
  }
}

function readGroup(cursor: Cursor): ObservationExpression {
  return readParenthesised(cursor, readSequence, "AND, OR, FOLLOWEDBY, a qualifier or )");
}

function readObservation(cursor: Cursor): Observation {
  demand(cursor, ["["], "[ or (");
  const expression = readComparisonExpression(cursor);
  demand(cursor, ["]"], "AND, OR or ]");
  return { kind: "observation", expression };
}

function readQualifier(cursor: Cursor): Qualifier | undefined {
  if (accept(cursor, "WITHIN")) return { kind: "within", seconds: readCount(cursor, true, "SECONDS") };
  if (accept(cursor, "REPEATS")) return { kind: "repeats", times: readCount(cursor, false, "TIMES") };
  if (!accept(cursor, "START")) return undefined;
  const start = demand(cursor, ["timestamp"], "a timestamp").value;
  demand(cursor, ["STOP"], "STOP");
  return { kind: "startstop", start, stop: demand(cursor, ["timestamp"], "a timestamp").value };
}

function readCount(cursor: Cursor, takesFraction: boolean, unit: "SECONDS" | "TIMES"): string {
  const { kind, value } = cursor.token;
  const isCount = kind === "integer" || (takesFraction && kind === "float");
  if (!isCount || value.startsWith("-"))
    fail(cursor, takesFraction ? "a number that is not negative" : "an integer that is not negative");
  take(cursor);
  demand(cursor, [unit], unit);
  return value;
}
