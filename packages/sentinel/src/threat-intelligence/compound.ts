import {
  deterministicId,
  isHashGroup,
  parsePattern,
  parseTree,
  printPattern,
  type ComparisonExpression,
  type Indicator,
  type Observable,
  type ObservationExpression,
} from "@socdefenders/shared";

/** One alternative of a compound pattern: any of them means what the whole pattern means. */
export interface Alternative {
  readonly pattern: string;
  /** Absent for one that is no single value: an AND, a likeness, a value of another kind. */
  readonly observable?: Observable | undefined;
}

/** The alternatives of a pattern, and by reason how many of its values are none. */
export interface Alternatives {
  readonly alternatives: readonly Alternative[];
  readonly withheld: Readonly<Record<string, number>>;
}

/**
 * The alternatives of a STIX pattern, each once: operands of OR, members of a set, several hashes of one file. Any other AND, and
 * everything with a qualifier, is one alternative as a whole. Undefined for a pattern that is no STIX or is one alternative itself.
 */
export function alternativesOf({ pattern, pattern_type }: Indicator): Alternatives | undefined {
  if (pattern_type !== "stix") return undefined;
  const parsed = parsePattern(pattern);
  if (!parsed.valid || parsed.logic === "single") return undefined;
  const tree = parseTree(pattern);
  const found = new Map<string, Alternative>();
  const withheld: Record<string, number> = {};
  let isSplit = false;
  for (const operand of operandsOf(tree)) {
    isSplit ||= operand !== tree;
    const read = readAlternative(operand);
    if (typeof read === "string") withheld[read] = (withheld[read] ?? 0) + 1;
    else if (!found.has(keyOf(read))) found.set(keyOf(read), read);
  }
  return isSplit && found.size > 0 ? { alternatives: [...found.values()], withheld } : undefined;
}

function* operandsOf(tree: ObservationExpression): Generator<ObservationExpression> {
  if (tree.kind === "or") for (const operand of tree.operands) yield* operandsOf(operand);
  else if (tree.kind !== "observation") yield tree;
  else {
    for (const expression of comparisonsOf(tree.expression)) {
      yield expression === tree.expression ? tree : { kind: "observation", expression };
    }
  }
}

function* comparisonsOf(expression: ComparisonExpression): Generator<ComparisonExpression> {
  if (expression.kind === "or" || (expression.kind === "and" && isHashGroup(expression.operands))) {
    for (const operand of expression.operands) yield* comparisonsOf(operand);
  } else if (expression.kind === "membership" && !expression.isNegated && expression.values.length > 0) {
    const { path } = expression;
    for (const value of expression.values) yield { kind: "comparison", path, isNegated: false, operator: "=", value };
  } else yield expression;
}

/** The alternative, its value in normal form; or the reason why its value cannot be what its path says. */
function readAlternative(operand: ObservationExpression): Alternative | string {
  const pattern = printPattern(operand);
  const parsed = parsePattern(pattern);
  if (!parsed.valid || parsed.logic !== "single") return { pattern };
  const [observable] = parsed.observables;
  if (observable === undefined) return Object.keys(parsed.warnings ?? {})[0] ?? { pattern };
  const value = observable.value.replace(/[\\']/g, "\\$&");
  return { pattern: `[${observable.path} ${isRange(operand) ? "ISSUBSET" : "="} '${value}']`, observable };
}

function isRange(operand: ObservationExpression): boolean {
  if (operand.kind !== "observation" || operand.expression.kind !== "comparison") return false;
  return operand.expression.operator === "ISSUBSET";
}

function keyOf({ pattern, observable }: Alternative): string {
  return observable === undefined ? pattern : `${observable.type} ${observable.value}`;
}

// UUIDv5 of `split.connectors.socdefenders.ai` in RFC 9562's namespace of DNS names.
const splitNamespace = "28c34c79-7d20-5313-a649-b1032c9bb551";

/**
 * The indicator of one alternative. Its id follows from the parent's id and what it says (type and value, else the pattern), so that a
 * later version or a revocation of the parent meets the same ids; a label, which Sentinel shows as a tag, leads back to the parent.
 */
export function deriveIndicator(parent: Indicator, { pattern, observable }: Alternative): Indicator {
  const content = observable === undefined ? { pattern } : { type: observable.type, value: observable.value };
  return {
    ...parent,
    id: deterministicId("indicator", { parent: parent.id, ...content }, splitNamespace),
    pattern,
    labels: [...(parent.labels ?? []), `derived-from:${parent.id}`],
  };
}
