import { isExpression, parseExpression, type Expression } from "./expression.ts";
import { functions, type Place } from "./functions.ts";
import { textOf, type Json, type JsonObject, type Template } from "./template.ts";

export type Evaluate = (value: Json | undefined) => Json;

/**
 * An evaluator of the expressions of one template. Values without an expression are themselves. Of `if` only the branch that is taken
 * is evaluated, as Azure does. Throws Error for what is not defined.
 */
export function createEvaluator(template: Template, given: JsonObject, place: Place): Evaluate {
  function evaluate(value: Json | undefined): Json {
    if (isExpression(value)) return run(parseExpression(value));
    if (Array.isArray(value)) return value.map((element: Json) => evaluate(element));
    if (value === null || typeof value !== "object") return value ?? null;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, evaluate(inner)]));
  }

  function run(tree: Expression): Json {
    if (tree.kind === "member") return member(run(tree.of), run(tree.key), tree);
    return tree.kind === "call" ? call(tree.name, tree.arguments) : tree.value;
  }

  function call(name: string, list: readonly Expression[]): Json {
    const [first, second, third] = list;
    if (name === "if" && first && second && third) return run(run(first) === true ? second : third);
    const values = list.map(run);
    if (name === "parameters") return parameter(textOf(values[0]));
    if (name === "variables") return evaluate(defined(template.variables?.[textOf(values[0])], `variable ${textOf(values[0])}`));
    return defined(functions[name], `function ${name}`).run(values, place);
  }

  function parameter(name: string): Json {
    const declared = defined(template.parameters[name], `parameter ${name}`);
    return given[name] ?? evaluate(defined(declared.defaultValue, `value of the parameter ${name}`));
  }

  return evaluate;
}

function member(of: Json, key: Json, tree: Expression): Json {
  const value = typeof of === "object" && of !== null ? (of as JsonObject)[textOf(key)] : undefined;
  return defined(value, `${textOf(key)} in ${JSON.stringify(tree)}`);
}

function defined<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`${what} is not defined`);
  return value;
}
