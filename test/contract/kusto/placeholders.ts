/** The KQL of a workbook item with the values that the workbook puts in for its parameters; throws on one that it does not define. */
export function fillPlaceholders(query: string, values: Readonly<Record<string, string>>): string {
  return query.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no parameter ${name}`);
    return value;
  });
}

/** Every object inside a JSON value. */
export function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const member of Object.values(value)) yield* objectsIn(member);
}
