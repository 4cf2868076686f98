import { kinds, type ObservableKind } from "./kind.ts";
import { printPath } from "./print.ts";
import type { ComparisonExpression, ObjectPath } from "./tree.ts";

/** The kind of observable that a path compares, whatever the spelling of a hash name and whichever the index. */
export function kindOf(path: ObjectPath): ObservableKind | undefined {
  return kinds.get(hashKey(path) ?? printPath({ ...path, steps: path.steps.map(anyIndex) }));
}

/** The name of a file's hash without case and hyphens, `SHA256` or `TLSH`; undefined where the path is of something else. */
function hashName({ objectType, steps: [first, second, third] }: ObjectPath): string | undefined {
  if (objectType !== "file" || third !== undefined || first?.kind !== "property" || first.name !== "hashes") return undefined;
  return second?.kind === "property" ? second.name.toUpperCase().replaceAll(/[-_]/g, "") : undefined;
}

/** Whether an AND names one file by several of its hashes: then each of them means that file, and none is only a part. */
export function isHashGroup(operands: readonly ComparisonExpression[]): boolean {
  const names = operands.flatMap(comparedHashes);
  return !names.includes(undefined) && new Set(names).size === names.length;
}

/** Hash names of an equality or of an AND of such; undefined for everything that is something else. */
function comparedHashes(expression: ComparisonExpression): readonly (string | undefined)[] {
  if (expression.kind === "and") return expression.operands.flatMap(comparedHashes);
  const isEquality = expression.kind === "comparison" && expression.operator === "=" && !expression.isNegated;
  return [isEquality ? hashName(expression.path) : undefined];
}

// Feeds write hash names in many spellings (`'SHA-256'`, `sha256`, `'MD5'`).
const hashPaths: ReadonlyMap<string, string> = new Map([
  ["MD5", "file:hashes.MD5"],
  ["SHA1", "file:hashes.'SHA-1'"],
  ["SHA256", "file:hashes.'SHA-256'"],
  ["SHA512", "file:hashes.'SHA-512'"],
  ["SSDEEP", "file:hashes.SSDEEP"],
]);

function hashKey(path: ObjectPath): string | undefined {
  return hashPaths.get(hashName(path) ?? "");
}

function anyIndex(step: ObjectPath["steps"][number]): ObjectPath["steps"][number] {
  return step.kind === "index" ? { kind: "index", index: "*" } : step;
}
