import {
  parseTree,
  PatternError,
  type ComparisonExpression,
  type Indicator,
  type ObservationExpression,
  type PatternResult,
} from "@socdefenders/shared";
import { observableTypeName } from "./known-type.ts";

/**
 * The `x_opencti_main_observable_type`, by which the platform chooses the decay rule: the type that everything in the pattern is about.
 * Undefined, which is the platform's own `Unknown`, where a pattern is about several types or about one it does not know.
 */
export function mainObservableType({ pattern, pattern_type }: Indicator, read: PatternResult | undefined): string | undefined {
  // The platform's newer versions take YARA rules for this themselves.
  if (pattern_type === "yara") return "StixFile";
  if (read?.valid !== true) return undefined;
  const types = new Set(read.exact ? read.observables.map(({ path }) => path.slice(0, path.indexOf(":"))) : typesIn(pattern));
  const [only] = types;
  return types.size === 1 && only !== undefined ? observableTypeName(only) : undefined;
}

function typesIn(pattern: string): readonly string[] {
  try {
    return [...observedTypes(parseTree(pattern))];
  } catch (error) {
    if (error instanceof PatternError) return [];
    throw error;
  }
}

function* observedTypes(expression: ObservationExpression): Generator<string> {
  if (expression.kind === "observation") yield* comparedTypes(expression.expression);
  else if (expression.kind === "qualified") yield* observedTypes(expression.expression);
  else for (const operand of expression.operands) yield* observedTypes(operand);
}

function* comparedTypes(expression: ComparisonExpression): Generator<string> {
  if ("operands" in expression) for (const operand of expression.operands) yield* comparedTypes(operand);
  else yield expression.path.objectType;
}
