import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, connector, jsonFile, root, workbook } from "./kusto/content.ts";
import { fillPlaceholders, objectsIn } from "./kusto/placeholders.ts";
import { tables } from "./kusto/tables.ts";

type Json = Readonly<Record<string, unknown>>;
interface Connector {
  readonly id: string;
  readonly graphQueries: readonly { readonly metricName: string; readonly legend: string; readonly baseQuery: string }[];
  readonly sampleQueries: readonly { readonly description: string; readonly query: string }[];
  readonly dataTypes: readonly { readonly name: string; readonly lastDataReceivedQuery: string }[];
  readonly connectivityCriterias: readonly { readonly type: string; readonly value: readonly string[] }[];
  readonly permissions: { readonly resourceProvider: readonly Json[]; readonly customs: readonly { readonly name: string }[] };
  readonly instructionSteps: readonly Json[];
}
const page = connector as Connector;

test("the connector page has the keys and the texts that decide what kind of connector it is", () => {
  const required = "id title publisher descriptionMarkdown graphQueries sampleQueries dataTypes connectivityCriterias availability";
  expect(Object.keys(page)).toEqual(expect.arrayContaining([...required.split(" "), "permissions", "instructionSteps"]));
  expect(page.id).toMatch(/^[a-zA-Z0-9]+$/);
  expect(page.dataTypes[0]?.name).toMatch(/_CL$/);
  expect(JSON.stringify(page.instructionSteps)).toContain("[Deploy To Azure]");
  expect(page.connectivityCriterias.map(({ type }) => type)).toEqual(["IsConnectedQuery"]);
});

// Compared for equality by Azure-Sentinel's own check (.script/utils/dataConnectorCheckers/permissionsChecker.ts).
test("the connector page asks for exactly the permissions of a connector with a function", () => {
  const scopes = page.permissions.resourceProvider.map(({ provider, scope, requiredPermissions }) => ({
    provider,
    scope,
    requiredPermissions,
  }));
  expect(scopes).toEqual([
    {
      provider: "Microsoft.OperationalInsights/workspaces",
      scope: "Workspace",
      requiredPermissions: { write: true, read: true, delete: true },
    },
    { provider: "Microsoft.OperationalInsights/workspaces/sharedKeys", scope: "Workspace", requiredPermissions: { action: true } },
  ]);
  expect(page.permissions.customs.map(({ name }) => name)).toContain("Microsoft.Web/sites permissions");
});

const pageQueries = [
  ...page.graphQueries.map(({ baseQuery }) => baseQuery),
  ...page.sampleQueries.map(({ query }) => query),
  ...page.dataTypes.map(({ lastDataReceivedQuery }) => lastDataReceivedQuery),
  ...page.connectivityCriterias.flatMap(({ value }) => value),
];

test.each(pageQueries)("of the connector page, %j compiles", (query) => {
  expect(compile(query).problems).toEqual([]);
});

test("the connector page answers with the columns that the portal reads", () => {
  for (const { lastDataReceivedQuery } of page.dataTypes)
    expect(compile(lastDataReceivedQuery).columns).toEqual({ Time: "datetime" });
  const [criterion = ""] = page.connectivityCriterias.flatMap(({ value }) => value);
  expect(compile(criterion).columns).toEqual({ IsConnected: "bool" });
  expect(page.dataTypes.map(({ name }) => name).filter((name) => !(name in tables))).toEqual([]);
});

// What the workbook itself puts in: a time range is no text of a query, a list of types is.
const parameters = { Types: "'ipv4','domain'" };
const items = [...objectsIn(workbook)].filter((item) => item["version"] === "KqlItem/1.0");
const filters = [...objectsIn(workbook)].filter(
  (item) => item["version"] === "KqlParameterItem/1.0" && typeof item["query"] === "string",
);

test("the workbook is one that the portal opens", () => {
  expect(workbook).toMatchObject({ version: "Notebook/1.0" });
  expect(items.length).toBeGreaterThan(15);
  expect(filters).toHaveLength(1);
});

test.each([...items, ...filters].map((item) => [String(item["title"] ?? item["name"]), String(item["query"])] as const))(
  "in the workbook, %s compiles",
  (_, query) => {
    expect(compile(fillPlaceholders(query, parameters)).problems).toEqual([]);
  },
);

test("the workbook names only parameters that it defines, and every tab is shown by a link", () => {
  const objects = [...objectsIn(workbook)];
  const defined = objects
    .filter((item) => item["version"] === "KqlParameterItem/1.0" && "id" in item)
    .map((item) => String(item["name"]));
  expect(defined).toEqual(["TimeRange", ...Object.keys(parameters)]);
  expect(items.map((item) => item["timeContextFromParameter"])).toEqual(items.map(() => "TimeRange"));
  const tabs = objects.filter((item) => item["cellValue"] === "Tab").map((item) => item["subTarget"]);
  const asked = objects.filter((item) => item["comparison"] === "isEqualTo").map((item) => item["value"]);
  expect([...new Set(asked)]).toEqual(tabs);
  expect(objects.filter((item) => item["comparison"] === "isEqualTo" && item["parameterName"] !== "Tab")).toEqual([]);
  const names = objects.filter((item) => "type" in item && "content" in item).map((item) => item["name"]);
  expect(new Set(names).size).toBe(names.length);
});

test("the solution lists every file of the content, and nothing that is not there", () => {
  const solution = jsonFile("Data/Solution_SOCDefenders.json") as Json;
  const folders = ["Data Connectors", "Parsers", "Analytic Rules", "Hunting Queries", "Workbooks", "Watchlists"];
  for (const folder of folders) {
    const files = readdirSync(new URL(`${encodeURI(folder)}/`, root)).map((name) => `${folder}/${name}`);
    expect(solution[folder]).toEqual(files.toSorted());
  }
  expect(existsSync(new URL(String(solution["Metadata"]), root))).toBe(true);
  const notes = readFileSync(new URL("ReleaseNotes.md", root), "utf8");
  expect(notes).toContain(String(solution["Version"]));
});

test("the watchlist has the column that is its key, and the parser asks for its alias", () => {
  const list = jsonFile("Watchlists/SOCDefendersAllowed.json") as Readonly<Record<string, string>>;
  expect(list["rawContent"]?.split("\n")[0]?.split(",")).toContain(list["itemsSearchKey"]);
  const parser = readFileSync(new URL("Parsers/SOCDefendersObservables.yaml", root), "utf8");
  expect(parser).toContain(`_GetWatchlist("${list["watchlistAlias"]}")`);
});
