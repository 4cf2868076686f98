/** One way in which feeds differ: how it is written on a command line, what it is by default, and what it does. */
export interface Switch<Value> {
  readonly explanation: string;
  /** What the vendor documents, or does without saying so. */
  readonly default: Value;
  /** How a value is written: `bundle|envelope`, `NUMBER`; empty where the name alone is the value. */
  readonly values: string;
  /** The value a text stands for; undefined where it stands for none. */
  readonly parse: (text: string) => Value | undefined;
}

/** One of several words; the first is the default. */
export function choice<const Value extends string>(
  explanation: string,
  ...values: readonly [Value, ...(readonly Value[])]
): Switch<Value> {
  const parse = (text: string): Value | undefined => values.find((value) => value === text);
  return { explanation, default: values[0], values: values.join("|"), parse };
}

/** Off by default, on where it is named. */
export function flag(explanation: string): Switch<boolean> {
  return { explanation, default: false, values: "", parse: (text) => (text === "" ? true : undefined) };
}

export function count(explanation: string, fallback: number): Switch<number> {
  const parse = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
  return { explanation, default: fallback, values: "NUMBER", parse };
}

/** An origin like `https://host:8443`. */
export function origin(explanation: string, fallback: string): Switch<string> {
  const parse = (text: string): string | undefined => (URL.parse(text)?.origin === text ? text : undefined);
  return { explanation, default: fallback, values: "ORIGIN", parse };
}
