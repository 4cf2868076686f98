import { createRequire } from "node:module";

interface List<Element> {
  readonly Count: number;
  getItem(index: number): Element;
}
interface Kusto {
  readonly Symbols: {
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, description: null) => object };
    readonly DatabaseSymbol: { readonly $ctor1: new (name: string, tables: object[]) => object };
  };
  readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
  readonly KustoCode: {
    ParseAndAnalyze(
      query: string,
      globals: object,
    ): {
      GetDiagnostics(): List<{ readonly Message: string }>;
      readonly ResultType: { readonly Columns: List<{ readonly Name: string; readonly Type: { readonly Name: string } }> } | null;
    };
  };
}

// Microsoft's language service is a script that puts itself on the global object.
const require = createRequire(import.meta.url);
require("@kusto/language-service-next/bridge.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.js");
const kusto = (globalThis as unknown as { Kusto: { Language: Kusto } }).Kusto.Language;

/** Columns, by name, that a transformation makes of the stream `source`. Throws Error with what Microsoft's compiler says against it. */
export function transform(query: string, stream: Readonly<Record<string, string>>): Record<string, string> {
  const schema = Object.entries(stream).map(([name, type]) => `${name}:${type}`);
  const table = new kusto.Symbols.TableSymbol.$ctor7("source", `(${schema.join(",")})`, null);
  const database = new kusto.Symbols.DatabaseSymbol.$ctor1("workspace", [table]);
  const code = kusto.KustoCode.ParseAndAnalyze(query, kusto.GlobalState.Default.WithDatabase(database));
  const problems = toArray(code.GetDiagnostics()).map(({ Message }) => Message);
  if (problems.length > 0 || code.ResultType === null) throw new Error(`${query}: ${problems.join("; ")}`);
  return Object.fromEntries(toArray(code.ResultType.Columns).map(({ Name, Type }) => [Name, nameOf(Type.Name)]));
}

// Log Analytics writes `boolean`, Kusto itself `bool`.
const nameOf = (type: string): string => (type === "bool" ? "boolean" : type);

const toArray = <Element>(list: List<Element>): Element[] => Array.from({ length: list.Count }, (_, index) => list.getItem(index));
