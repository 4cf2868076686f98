import type { ComparisonExpression, ObservationExpression } from "./tree.ts";

/**
 * How the comparisons of a pattern are joined: `single` is one comparison, `any` an OR list or a set, `all` an AND inside one
 * observation, `complex` everything else: mixtures, qualifiers, several observations that must all be made.
 */
export type PatternLogic = "single" | "any" | "all" | "complex";

export function logicOf(tree: ObservationExpression): PatternLogic {
  if (tree.kind === "observation") return comparisonLogic(tree.expression);
  return tree.kind === "or" ? alternatives(tree.operands.map(logicOf)) : "complex";
}

function comparisonLogic(expression: ComparisonExpression): PatternLogic {
  if (expression.kind === "or") return alternatives(expression.operands.map(comparisonLogic));
  if (expression.kind === "and") return components(expression.operands.map(comparisonLogic));
  return expression.kind === "membership" ? "any" : "single";
}

function alternatives(parts: readonly PatternLogic[]): PatternLogic {
  return parts.every((part) => part === "single" || part === "any") ? "any" : "complex";
}

function components(parts: readonly PatternLogic[]): PatternLogic {
  return parts.every((part) => part === "single" || part === "all") ? "all" : "complex";
}
