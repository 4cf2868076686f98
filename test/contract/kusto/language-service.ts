import { createRequire } from "node:module";

/** A workspace as the language service sees it: tables by name, functions that take nothing by name, and functions as declared. */
export interface Workspace {
  readonly tables: Readonly<Record<string, Columns>>;
  readonly functions?: readonly KustoFunction[];
}

export type Columns = Readonly<Record<string, string>>;

export interface KustoFunction {
  readonly name: string;
  /** As in Kusto: `(alias:string)`. */
  readonly parameters: string;
  readonly body: string;
}

export interface Compiled {
  /** Every error and warning with the text it is about; suggestions and information are left out. */
  readonly problems: readonly string[];
  readonly columns: Columns;
}

/** A compiler for queries over the workspace: Microsoft's own (`@kusto/language-service-next`), the one that the portal's editor runs. */
export function openWorkspace({ tables, functions = [] }: Workspace): (query: string) => Compiled {
  const members = [
    ...Object.entries(tables).map(([name, columns]) => new symbols.TableSymbol.$ctor7(name, declaration(columns), null)),
    ...functions.map(({ name, parameters, body }) => new symbols.FunctionSymbol.$ctor16(name, parameters, `{${body}\n}`, null)),
  ];
  const globals = language.GlobalState.Default.WithDatabase(new symbols.DatabaseSymbol.$ctor1("workspace", members));
  return (query) => {
    const code = language.KustoCode.ParseAndAnalyze(query, globals);
    return {
      problems: items(code.GetDiagnostics())
        .filter(({ Severity }) => Severity === "Error" || Severity === "Warning")
        .map(
          ({ Severity, Message, Start, Length }) =>
            `${Severity}: ${Message} at «${query.slice(Start, Start + Math.max(Length, 20))}»`,
        ),
      columns: Object.fromEntries(items(code.ResultType?.Columns).map(({ Name, Type }) => [Name, Type.Name])),
    };
  };
}

function declaration(columns: Columns): string {
  return `(${Object.entries(columns)
    .map(([name, type]) => `['${name}']:${type}`)
    .join(", ")})`;
}

function items<Item>(list: List<Item> | null | undefined): Item[] {
  return Array.from({ length: list?.Count ?? 0 }, (_, place) => (list as List<Item>).getItem(place));
}

// The package is C# compiled to JavaScript that puts itself on globalThis; this is the part of it that is used here.
interface List<Item> {
  readonly Count: number;
  getItem(place: number): Item;
}
interface Language {
  readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
  readonly KustoCode: {
    ParseAndAnalyze(
      query: string,
      globals: object,
    ): {
      GetDiagnostics(): List<{ Severity: string; Message: string; Start: number; Length: number }>;
      readonly ResultType?: { readonly Columns?: List<{ Name: string; Type: { Name: string } }> } | null;
    };
  };
  readonly Symbols: {
    readonly TableSymbol: { readonly $ctor7: new (name: string, columns: string, description: null) => object };
    readonly FunctionSymbol: {
      readonly $ctor16: new (name: string, parameters: string, body: string, description: null) => object;
    };
    readonly DatabaseSymbol: { readonly $ctor1: new (name: string, members: object[]) => object };
  };
}

const require = createRequire(import.meta.url);
require("@kusto/language-service-next/bridge.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.js");
const language = (globalThis as unknown as { Kusto: { Language: Language } }).Kusto.Language;
const symbols = language.Symbols;
