import { reservedWords } from "./token.ts";
import type { ComparisonExpression, Literal, ObjectPath, ObservationExpression, PathStep, Qualifier } from "./tree.ts";

/**
 * A tree as pattern text: one blank around operators, quotes and parentheses where they are needed. Parsing it again gives the same
 * tree, for every tree that {@link parseTree} can give.
 */
export function printPattern(tree: ObservationExpression): string {
  if (tree.kind === "observation") return `[${printComparison(tree.expression)}]`;
  if ("operands" in tree) return printGroup(tree, printPattern, strength[tree.kind]);
  const inner = printPattern(tree.expression);
  const isBare =
    tree.expression.kind === "observation" && new Set(tree.qualifiers.map(({ kind }) => kind)).size === tree.qualifiers.length;
  return [isBare ? inner : `(${inner})`, ...tree.qualifiers.map(printQualifier)].join(" ");
}

/** An object path as text: `file:hashes.'SHA-256'`, `email-message:to_refs[*].value`. */
export function printPath({ objectType, steps: [first, ...steps] }: ObjectPath): string {
  return `${objectType}:${first === undefined ? "" : printStep(first)}${steps
    .map((step) => (step.kind === "index" ? printStep(step) : `.${printStep(step)}`))
    .join("")}`;
}

function printStep(step: PathStep): string {
  if (step.kind === "index") return `[${step.index}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(step.name) && !reservedWords.has(step.name) ? step.name : quote(step.name);
}

function printComparison(expression: ComparisonExpression): string {
  if ("operands" in expression) return printGroup(expression, printComparison, strength[expression.kind]);
  const negation = expression.isNegated ? "NOT " : "";
  const path = printPath(expression.path);
  if (expression.kind === "existence") return `${negation}EXISTS ${path}`;
  if (expression.kind === "membership") return `${path} ${negation}IN (${expression.values.map(printLiteral).join(", ")})`;
  return `${path} ${negation}${expression.operator} ${printLiteral(expression.value)}`;
}

type Kind = (ObservationExpression | ComparisonExpression)["kind"];

/** How close an operator binds; what has no entry needs no parentheses in any group. */
const strength: Readonly<Partial<Record<Kind, number>>> & Record<"and" | "or" | "followedby", number> = {
  and: 3,
  or: 2,
  followedby: 1,
};

function printGroup<T extends { readonly kind: Kind }>(
  { kind, operands }: { readonly kind: Kind; readonly operands: readonly T[] },
  print: (operand: T) => string,
  own: number,
): string {
  const parts = operands.map((operand) => ((strength[operand.kind] ?? 4) <= own ? `(${print(operand)})` : print(operand)));
  return parts.join(` ${kind.toUpperCase()} `);
}

function printQualifier(qualifier: Qualifier): string {
  if (qualifier.kind === "within") return `WITHIN ${qualifier.seconds} SECONDS`;
  if (qualifier.kind === "repeats") return `REPEATS ${qualifier.times} TIMES`;
  return `START t'${qualifier.start}' STOP t'${qualifier.stop}'`;
}

const prefixes: Readonly<Partial<Record<Literal["kind"], string>>> = { timestamp: "t", hex: "h", binary: "b" };

function printLiteral({ kind, value }: Literal): string {
  if (kind === "string") return quote(value);
  const prefix = prefixes[kind];
  return prefix === undefined ? value : `${prefix}'${value}'`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
