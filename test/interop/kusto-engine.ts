import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parsers } from "../contract/kusto/content.ts";
import { builtIn, tables } from "../contract/kusto/tables.ts";
import { pythonEnvironment } from "./python.ts";

export type Row = Readonly<Record<string, unknown>>;

const program = fileURLToPath(new URL("kusto_engine.py", import.meta.url));
const requirements = ["duckdb-kql==1.1.2", "duckdb==2.0.0", "pytz==2026.6"];

/**
 * Rows that each query gives over the rows of the tables, in a workspace with the solution's parsers. The engine is duckdb-kql, which is
 * not Microsoft's: it judges what the queries mean, the language service whether they are KQL.
 */
export async function execute(rows: Readonly<Record<string, readonly Row[]>>, queries: readonly string[]): Promise<Row[][]> {
  const functions = [
    ...builtIn.map(({ name, parameters, body }) => `function ${name}${parameters} { ${body} }`),
    ...parsers.map(([, { FunctionAlias, FunctionQuery }]) => `function ${FunctionAlias}() { ${FunctionQuery} }`),
  ];
  const job = {
    tables: Object.fromEntries(Object.entries(tables).map(([name, columns]) => [name, { columns, rows: rows[name] ?? [] }])),
    functions,
    queries: queries.map((query) => withoutWhatTheEngineLacks(query)),
  };
  return JSON.parse(await run(await pythonEnvironment(requirements), JSON.stringify(job))) as Row[][];
}

// A test has no ingestion, so an event arrives when it happens. The lookup in ranges is spelt out by its prefix length, for IPv4 only.
function withoutWhatTheEngineLacks(query: string): string {
  return query
    .replaceAll("ingestion_time()", "TimeGenerated")
    .replace("| evaluate ipv6_lookup(Ranges6, Address, Range)", "| extend Range = Address | join kind=inner Ranges6 on Range")
    .replace(
      "| evaluate ipv4_lookup(Ranges4, Address, Range)",
      `| extend Every = 1
       | join kind=inner (Ranges4 | extend Every = 1, Network = tostring(split(Range, "/")[0]), Bits = 32 - toint(split(Range, "/")[1])) on Every
       | where binary_shift_right(parse_ipv4(Address), Bits) == binary_shift_right(parse_ipv4(Network), Bits)`,
    );
}

async function run(interpreter: string, input: string): Promise<string> {
  const engine = spawn(interpreter, [program], { stdio: ["pipe", "pipe", "pipe"] });
  engine.stdin.end(input);
  const [output, errors] = await Promise.all([text(engine.stdout), text(engine.stderr)]);
  if (output === "") throw new Error(`the KQL engine failed: ${errors.trim().split("\n").at(-1) ?? "without a word"}`);
  return output;
}
