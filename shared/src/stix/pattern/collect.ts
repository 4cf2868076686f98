import type { ObservableKind, ObservableType } from "./kind.ts";
import { isHashGroup, kindOf } from "./known-path.ts";
import type { Comparison, ComparisonExpression, ComparisonGroup, Literal, ObservationExpression } from "./tree.ts";

/** One value an analyst can search for. */
export interface Observable {
  readonly type: ObservableType;
  /** Normalised: names and hashes in lower case, addresses canonical, CVE and technique ids in upper case, URLs and files as given. */
  readonly value: string;
  /** STIX object path in its plain spelling: `ipv4-addr:value`, `file:hashes.'SHA-256'`. */
  readonly path: string;
  /** A component of an AND, or bound by a qualifier: on its own it matches more than the pattern does. */
  readonly partial: boolean;
}

/** What a walk over a tree found. */
export interface Findings {
  /** By type and value, so that each is there once. */
  readonly observables: Map<string, Observable>;
  /** Why a value that should have been an observable is none, by path and value. */
  readonly leftOut: Map<string, string>;
  /** Every comparison became an observable. */
  isComplete: boolean;
}

/** Observables of one pattern: twice the comparisons of the largest in any public feed. Each becomes a record of its own. */
const maximumObservables = 2048;

/** Adds to the findings what an expression between observations says. `partial` is what holds for all of its observables. */
export function collect(expression: ObservationExpression, findings: Findings, partial = false): Findings {
  if (expression.kind === "observation") collectComparisons(expression.expression, findings, partial);
  else if (expression.kind === "qualified") {
    // WITHIN alone restricts nothing: it matters where several observations must be close, and those are parts already.
    collect(expression.expression, findings, partial || expression.qualifiers.some(({ kind }) => kind !== "within"));
  } else {
    for (const operand of expression.operands) collect(operand, findings, partial || expression.kind !== "or");
  }
  return findings;
}

function collectComparisons(expression: ComparisonExpression, findings: Findings, partial: boolean): void {
  if ("operands" in expression) {
    const isPart = partial || (expression.kind === "and" && !isHashGroup(expression.operands));
    for (const operand of expression.operands) collectComparisons(operand, findings, isPart);
    return;
  }
  const kind = kindOf(expression.path);
  const values = expression.isNegated || kind === undefined ? [] : literalsOf(expression, kind);
  if (kind === undefined || values.length === 0) findings.isComplete = false;
  else for (const value of values) addValue(value, kind, findings, partial);
}

/** The values of an equality, a set, or a range of addresses; nothing else names values (a LIKE without wildcards neither). */
function literalsOf(expression: Exclude<ComparisonExpression, ComparisonGroup>, kind: ObservableKind): readonly Literal[] {
  if (expression.kind === "membership") return expression.values;
  if (expression.kind === "existence") return [];
  return expression.operator === "=" || isRange(expression, kind) ? [expression.value] : [];
}

function isRange({ operator }: Comparison, { path }: ObservableKind): boolean {
  return operator === "ISSUBSET" && /^(?:ipv[46]-addr:value|network-traffic:(?:src|dst)_ref\.value)$/.test(path);
}

function addValue(literal: Literal, kind: ObservableKind, findings: Findings, isPart: boolean): void {
  const written = `${kind.path} ${literal.value}`;
  const found = literal.kind === "string" ? kind.normalise(literal.value.trim()) : undefined;
  if (found === undefined)
    return leaveOut(findings, written, `${kind.path}: no observable from a value that is not ${kind.expected}`);
  const key = `${found.type} ${found.value}`;
  const known = findings.observables.get(key);
  if (known === undefined && findings.observables.size === maximumObservables) {
    return leaveOut(findings, key, `more than ${maximumObservables} observables: the rest are left out`);
  }
  const partial = (isPart || kind.isIndirect === true) && (known?.partial ?? true);
  findings.observables.set(key, { type: found.type, value: found.value, path: known?.path ?? kind.path, partial });
}

function leaveOut(findings: Findings, key: string, warning: string): void {
  findings.isComplete = false;
  findings.leftOut.set(key, warning);
}
