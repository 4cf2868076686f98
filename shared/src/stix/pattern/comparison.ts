import { accept, demand, fail, readChain, readParenthesised, take, type Cursor } from "./cursor.ts";
import { PatternError } from "./pattern-error.ts";
import { readObjectPath } from "./object-path.ts";
import type { TokenKind } from "./token.ts";
import type { ComparisonExpression, ComparisonOperator, Literal, LiteralKind } from "./tree.ts";

/** What stands between `[` and `]` (STIX 2.1 §9.6): AND binds closer than OR. */
export function readComparisonExpression(cursor: Cursor): ComparisonExpression {
  return readChain(cursor, "OR", readAll, (operands) => ({ kind: "or", operands }));
}

function readAll(cursor: Cursor): ComparisonExpression {
  return readChain(cursor, "AND", readOperand, (operands, start) => {
    if (commonTypes(operands).size > 0) return { kind: "and", operands };
    throw new PatternError("expected one object type in all operands of AND inside [ ]", start);
  });
}

function readOperand(cursor: Cursor): ComparisonExpression {
  if (accept(cursor, "(")) return readParenthesised(cursor, readComparisonExpression, "AND, OR or )");
  const isNegated = accept(cursor, "NOT");
  if (accept(cursor, "EXISTS")) return { kind: "existence", path: readObjectPath(cursor), isNegated };
  return isNegated ? fail(cursor, "EXISTS") : readTest(cursor);
}

function readTest(cursor: Cursor): ComparisonExpression {
  const path = readObjectPath(cursor);
  const isNegated = accept(cursor, "NOT");
  if (accept(cursor, "IN")) return { kind: "membership", path, isNegated, values: readSet(cursor) };
  const operator = demand(cursor, operators, "a comparison operator").kind as ComparisonOperator;
  return { kind: "comparison", path, isNegated, operator, value: readLiteral(cursor, literalsOf(operator)) };
}

const operators: readonly (ComparisonOperator & TokenKind)[] = [
  ...(["=", "!=", "<", "<=", ">", ">="] as const),
  ...(["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"] as const),
];

const orderable: readonly LiteralKind[] = ["string", "integer", "float", "timestamp", "hex", "binary"];
const anyLiteral: readonly LiteralKind[] = [...orderable, "boolean"];
const stringOnly: readonly LiteralKind[] = ["string"];

function literalsOf(operator: ComparisonOperator): readonly LiteralKind[] {
  if (operator === "=" || operator === "!=") return anyLiteral;
  return /^[<>]/.test(operator) ? orderable : stringOnly;
}

function readLiteral(cursor: Cursor, kinds: readonly LiteralKind[]): Literal {
  if (!(kinds as readonly TokenKind[]).includes(cursor.token.kind)) {
    fail(cursor, kinds === stringOnly ? "a string" : kinds === orderable ? "a literal that has an order" : "a literal");
  }
  const { kind, value } = take(cursor);
  return { kind: kind as LiteralKind, value };
}

function readSet(cursor: Cursor): Literal[] {
  demand(cursor, ["("], "( and a set");
  if (accept(cursor, ")")) return [];
  const values = [readLiteral(cursor, anyLiteral)];
  while (accept(cursor, ",")) values.push(readLiteral(cursor, anyLiteral));
  demand(cursor, [")"], ", or )");
  return values;
}

/** Object types that can satisfy all operands at once: one object must, so there has to be one (STIX 2.1 §9.6). */
function commonTypes(operands: readonly ComparisonExpression[]): ReadonlySet<string> {
  const [first, ...others] = operands.map(typesOf);
  return new Set([...(first ?? [])].filter((type) => others.every((types) => types.has(type))));
}

function typesOf(expression: ComparisonExpression): ReadonlySet<string> {
  if (!("operands" in expression)) return new Set([expression.path.objectType]);
  if (expression.kind === "and") return commonTypes(expression.operands);
  return new Set(expression.operands.flatMap((operand) => [...typesOf(operand)]));
}
