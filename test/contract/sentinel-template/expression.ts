/** A template expression as a tree. Azure Resource Manager, "Syntax and expressions in ARM templates". */
export type Expression =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Expression[] }
  /** `.name` and `[index]` alike. */
  | { readonly kind: "member"; readonly of: Expression; readonly key: Expression };

/** Whether a string of a template is an expression; `[[` writes a bracket. */
export const isExpression = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith("[") && !value.startsWith("[[") && value.endsWith("]");

/** Reads `[...]`. Throws Error that says where it stops being an expression. */
export function parseExpression(source: string): Expression {
  const tokens = tokensOf(source.slice(1, -1));
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const take = (wanted?: string): string => {
    const token = tokens[position];
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw new Error(`${source}: ${wanted ?? "more"} expected in place of ${token ?? "the end"}`);
    }
    position += 1;
    return token;
  };

  function value(): Expression {
    let tree = atom(take());
    while (peek() === "." || peek() === "[") tree = { kind: "member", of: tree, key: key() };
    return tree;
  }

  function key(): Expression {
    if (take() === ".") return { kind: "text", value: take() };
    const inner = value();
    take("]");
    return inner;
  }

  function atom(token: string): Expression {
    if (token.startsWith("'")) return { kind: "text", value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d+$/.test(token)) return { kind: "number", value: Number(token) };
    if (!/^[a-z]\w*$/i.test(token)) throw new Error(`${source}: a value expected in place of ${token}`);
    return { kind: "call", name: token, arguments: callArguments() };
  }

  function callArguments(): Expression[] {
    const list: Expression[] = [];
    take("(");
    while (peek() !== ")") {
      if (list.length > 0) take(",");
      list.push(value());
    }
    take(")");
    return list;
  }

  const tree = value();
  if (position < tokens.length) throw new Error(`${source}: the end expected in place of ${peek()}`);
  return tree;
}

function tokensOf(text: string): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|-?\d+(?!\w)|[a-z]\w*|[()[\].,]|\S/gi);
  return tokens ?? [];
}

/** All calls in a tree, outermost first. */
export function callsIn(tree: Expression): Extract<Expression, { kind: "call" }>[] {
  if (tree.kind === "call") return [tree, ...tree.arguments.flatMap(callsIn)];
  return tree.kind === "member" ? [...callsIn(tree.of), ...callsIn(tree.key)] : [];
}
