import type { Indicator } from "../object.ts";
import { collect, type Observable } from "./collect.ts";
import { kinds } from "./kind.ts";
import { logicOf, type PatternLogic } from "./logic.ts";
import { maximumPatternLength, parseTree } from "./parser.ts";
import { PatternError } from "./pattern-error.ts";
import { readPlainEquality } from "./single-equality.ts";
import type { ObservationExpression } from "./tree.ts";

/** What a pattern says, or why it is none. */
export type PatternResult =
  | {
      readonly valid: true;
      readonly logic: PatternLogic;
      /** The observables, joined as `logic` says (`complex` as alternatives), mean the same as the pattern. */
      readonly exact: boolean;
      readonly observables: readonly Observable[];
      /** How many values that should have been observables are none, by the reason; absent where there are none. */
      readonly warnings?: Readonly<Record<string, number>>;
    }
  | {
      readonly valid: false;
      /** What was expected, and what was found. */
      readonly error: string;
      /** Offset of the error, 0-based, in UTF-16 code units. */
      readonly position: number;
    };

/** Reads a STIX 2.1 pattern (§9). Never throws; the time is linear in the length, and what is over 128 Ki characters is refused. */
export function parsePattern(text: string): PatternResult {
  const plain = readPlain(text);
  if (plain !== undefined) return { valid: true, logic: "single", exact: true, observables: [plain] };
  try {
    return interpret(parseTree(text));
  } catch (error) {
    if (error instanceof PatternError) return { valid: false, error: error.message, position: error.position };
    throw error;
  }
}

/**
 * The observables of an indicator's pattern, each type and value once: every alternative of an OR or a set, the components of an AND
 * as `partial`, never what is negated or a mere likeness. None where the pattern type is not `stix` or the pattern is none, and none
 * of a value that cannot be what its path says (a hash of the wrong length, an address that is none).
 */
export function observablesOf(indicator: Indicator): readonly Observable[] {
  return readObservables(indicator).observables;
}

/** The same, with a count by reason of the values that are no observables; absent where there are none. */
export function readObservables({ pattern, pattern_type }: Indicator): {
  readonly observables: readonly Observable[];
  readonly withheld?: Readonly<Record<string, number>> | undefined;
} {
  const result = pattern_type === "stix" ? parsePattern(pattern) : undefined;
  return result?.valid === true ? { observables: result.observables, withheld: result.warnings } : { observables: [] };
}

/** The one observable of a pattern in the plain spelling; undefined where it takes the parser to know. */
function readPlain(text: string): Observable | undefined {
  const equality = text.length > maximumPatternLength ? undefined : readPlainEquality(text);
  const kind = equality && kinds.get(equality.path);
  if (equality === undefined || kind === undefined || kind.isIndirect === true) return undefined;
  const found = kind.normalise(equality.value.trim());
  return found && { type: found.type, value: found.value, path: kind.path, partial: false };
}

function interpret(tree: ObservationExpression): PatternResult {
  const { observables, leftOut, isComplete } = collect(tree, { observables: new Map(), leftOut: new Map(), isComplete: true });
  const logic = logicOf(tree);
  const found = [...observables.values()];
  const exact = isComplete && found.length > 0 && (logic === "all" || !found.some(({ partial }) => partial));
  return { valid: true, logic, exact, observables: found, ...(leftOut.size > 0 && { warnings: countValues(leftOut) }) };
}

function countValues(reasons: ReadonlyMap<string, string>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const reason of reasons.values()) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
