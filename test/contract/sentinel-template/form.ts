import { isExpression, parseExpression, type Expression } from "./expression.ts";
import { textOf, type Json, type JsonObject } from "./template.ts";

export interface Element extends JsonObject {
  readonly name: string;
  readonly type: string;
  readonly elements?: readonly Element[];
}

export interface Form {
  readonly basics: readonly Element[];
  readonly steps: readonly { readonly name: string; readonly label: string; readonly elements: readonly Element[] }[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** Functions of createUiDefinition that the form uses, with fewest and most arguments ("CreateUiDefinition functions"). */
const functions: Readonly<Record<string, readonly [number, number, (values: Json[]) => Json]>> = {
  and: [2, 9, (values) => values.every((value) => value === true)],
  coalesce: [2, 9, (values) => values.find((value) => value !== null) ?? null],
  contains: [2, 2, ([whole, part]) => textOf(whole).includes(textOf(part))],
  equals: [2, 2, ([left, right]) => left === right],
  greaterOrEquals: [2, 2, ([left, right]) => Number(left) >= Number(right)],
  int: [1, 1, ([value]) => Number(value)],
  length: [1, 1, ([value]) => textOf(value).length],
  lessOrEquals: [2, 2, ([left, right]) => Number(left) <= Number(right)],
  location: [0, 0, () => "westeurope"],
};

/** What the portal makes of a form: values of its elements, by step, and the parameters that come out. */
export function fillIn(form: Form, choices: JsonObject): { value: (text: string) => Json; outputs: JsonObject } {
  const value = (text: Json): Json => (isExpression(text) ? run(parseExpression(text)) : text);

  function run(tree: Expression): Json {
    if (tree.kind === "member") return memberOf(run(tree.of), textOf(run(tree.key)));
    return tree.kind === "call" ? call(tree.name, tree.arguments) : tree.value;
  }

  function call(name: string, list: readonly Expression[]): Json {
    const [first, second, third] = list;
    if (name === "if" && first && second && third) return run(run(first) === true ? second : third);
    const values = list.map(run);
    if (name === "basics" && values.length === 1) return memberOf(valuesOf(form.basics, "basics"), textOf(values[0]));
    if (name === "steps" && values.length === 1) return stepOf(textOf(values[0]));
    const [fewest, most, apply] = functions[name] ?? [Infinity, 0, () => null];
    if (values.length < fewest || values.length > most) throw new Error(`${name} with ${values.length} arguments`);
    return apply(values);
  }

  function stepOf(name: string): Json {
    const step = form.steps.find((candidate) => candidate.name === name);
    if (step === undefined) throw new Error(`there is no step ${name}`);
    return valuesOf(step.elements, name);
  }

  function valuesOf(elements: readonly Element[], path: string): JsonObject {
    // Each value is found only when it is asked for: whether an element is visible may depend on one before it.
    const values = {};
    for (const element of elements) {
      const get = (): Json => valueOf(element, `${path}.${element.name}`);
      Object.defineProperty(values, element.name, { enumerable: true, get });
    }
    return values;
  }

  function valueOf(element: Element, path: string): Json {
    if (element.elements !== undefined) return valuesOf(element.elements, path);
    if (value(element["visible"] ?? true) !== true) return null;
    return choices[path] ?? defaultOf(element);
  }

  return { value, outputs: Object.fromEntries(Object.entries(form.outputs).map(([name, text]) => [name, value(text)])) };
}

function memberOf(of: Json, name: string): Json {
  const found = of === null || typeof of !== "object" ? undefined : (of as JsonObject)[name];
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
}

/** What an element says of itself before anybody touched it. A drop-down's default is the label of a value. */
function defaultOf(element: Element): Json {
  const { allowedValues } = (element["constraints"] ?? {}) as { allowedValues?: readonly { label: string; value: Json }[] };
  if (allowedValues === undefined) return element["defaultValue"] ?? (element.type.endsWith("Box") ? "" : null);
  const chosen = allowedValues.find(({ label }) => label === element["defaultValue"]);
  if (chosen === undefined) throw new Error(`${element.name}: the default is none of the labels`);
  return chosen.value;
}

/** All elements, those of sections too, with the step they are in. */
export function elementsOf({ basics, steps }: Form): Element[] {
  const flat = (elements: readonly Element[]): Element[] =>
    elements.flatMap((element) => [element, ...flat(element.elements ?? [])]);
  return [basics, ...steps.map(({ elements }) => elements)].flatMap(flat);
}
