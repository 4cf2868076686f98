import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  buildASTSchema,
  getNamedType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printType,
  visit,
  type GraphQLNamedType,
} from "graphql";

// Cuts the part that a connector meets out of OpenCTI's own schemas, unchanged, and writes src/opencti-definitions.ts:
//
//   pnpm exec node packages/simulator/prune-opencti-schema.ts opencti-6.8.10.graphql opencti-6.9.17.graphql opencti-7.260817.0.graphql
//
// Each is `opencti-platform/opencti-front/src/schema/relay.schema.graphql` of that version (OpenCTI-Platform/opencti, Apache-2.0). Of
// the root types and of those below only the named fields are kept, of all others only those without fields of their own.
const kept: Readonly<Record<string, readonly string[]>> = {
  Query: ["about", "me", "connector", "isWorkAlive"],
  Mutation: [
    "registerConnector",
    "pingConnector",
    "resetStateConnector",
    "deleteConnector",
    "workAdd",
    "workEdit",
    "stixBundlePush",
  ],
  MeUser: ["id", "name", "user_email", "capabilities"],
  Capability: ["id", "name"],
  Connector: ["connector_queue_details", "connector_info", "config", "works"],
  ConnectorConfig: ["connection", "s3"],
  Work: ["tracking", "messages", "errors"],
};

const definitions: string[] = [];
for (const path of process.argv.slice(2)) {
  const [, version = ""] = /opencti-([\d.]+)\.graphql$/.exec(basename(path)) ?? [];
  definitions.push(`  "${version}": /* GraphQL */ \`\n${prune(await readFile(path, "utf8"))}\`,\n`);
}
await writeFile(
  join(import.meta.dirname, "src/opencti-definitions.ts"),
  `// Made by prune-opencti-schema.ts from OpenCTI-Platform/opencti (Apache-2.0); not to be edited.

/** What a connector meets of OpenCTI's GraphQL schema, by platform version, the oldest first. */
export const openctiDefinitions = {
${definitions.join("")}} as const;
`,
);

function prune(text: string): string {
  // Descriptions say nothing to a validator and are most of the text.
  const schema = lexicographicSortSchema(buildASTSchema(withoutDescriptions(text), { assumeValidSDL: true }));
  const names = reach(schema, ["Query", "Mutation"]);
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => names.has(name));
  const definitions = types.filter((type) => !isSpecifiedScalarType(type)).map((type) => print(type, schema));
  return `${definitions.join("\n\n")}\n`;
}

function withoutDescriptions(text: string) {
  return visit(parse(text, { noLocation: true }), {
    enter: (node) => ("description" in node ? { ...node, description: undefined } : undefined),
  });
}

/** The names of the types that the given ones lead to by the fields that are kept, arguments included. */
function reach(schema: GraphQLSchema, names: readonly string[], found = new Set<string>()): ReadonlySet<string> {
  for (const name of names) {
    if (found.has(name)) continue;
    found.add(name);
    const type = schema.getType(name);
    const next = fieldsOf(type, schema).flatMap(({ type: result, args }) =>
      [result, ...args.map((argument) => argument.type)].map((one) => getNamedType(one).name),
    );
    reach(schema, next, found);
  }
  return found;
}

function fieldsOf(type: GraphQLNamedType | undefined, schema: GraphQLSchema) {
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map(({ name, type: result }) => ({ name, type: result, args: [] }));
  if (!isObjectType(type)) return [];
  const wanted = kept[type.name] ?? [];
  const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
  return Object.values(type.getFields()).filter(({ name, type: result }) => {
    const named = getNamedType(result);
    return wanted.includes(name) || (!isRoot && (isScalarType(named) || isEnumType(named)));
  });
}

/** The type as the schema language writes it, without interfaces and with the kept fields only. */
function print(type: GraphQLNamedType, schema: GraphQLSchema): string {
  if (!isObjectType(type)) return printType(type);
  const names = new Set(fieldsOf(type, schema).map(({ name }) => name));
  const lines = printType(type).split("\n");
  const head = `type ${type.name} {`;
  return [head, ...lines.slice(1, -1).filter((line) => names.has(/^ {2}(\w+)/.exec(line)?.[1] ?? "")), "}"].join("\n");
}
