import { writtenFeedSchema, writtenFilterSchema } from "@socdefenders/shared";
import { z } from "zod";
import { writtenOperationsSchema } from "./service/operations-config.ts";
import { targetPollSecondsSchema } from "./service/poll-seconds.ts";
import { loadConnector, targetKinds } from "./targets.ts";

/** A JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly description?: string;
  readonly default?: unknown;
  readonly [keyword: string]: unknown;
}

/** The sections of the configuration file by name, made of the schemas that it is read with. Descriptions are Markdown. */
export async function sectionSchemas(): Promise<Readonly<Record<string, JsonSchema>>> {
  const targets = await Promise.all(targetKinds.map(async (kind) => [kind, (await loadConnector(kind)).schema] as const));
  const scheduled = targets.map(([kind, schema]) => [kind, schema.extend({ poll_seconds: targetPollSecondsSchema })] as const);
  const own = [
    ["feed", writtenFeedSchema],
    ["filter", writtenFilterSchema],
    ["operations", writtenOperationsSchema],
  ] as const;
  const sections = [...own, ...scheduled] as const;
  return Object.fromEntries(sections.map(([name, schema]) => [name, toJsonSchema(schema)]));
}

/** The JSON Schema of the configuration file, for editors. */
export async function configurationSchema(): Promise<JsonSchema> {
  const { feed = {}, filter = {}, operations = {}, ...targets } = await sectionSchemas();
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "SOC Defenders connectors: configuration",
    type: "object",
    properties: {
      feed: forEditors(feed),
      filter: orNull(forEditors(filter, "holds back ")),
      state_directory: orNull({
        type: "string",
        default: "./state",
        description: "positions, dead letters, spending of the key, lock",
      }),
      operations: orNull(forEditors(operations)),
      ...mapValues(targets, (target) => oneOrSeveral(forEditors(target))),
    },
    required: ["feed"],
    additionalProperties: false,
  };
}

function toJsonSchema(schema: z.ZodObject): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return { ...rest, properties: mapValues(rest.properties ?? {}, asWritten) };
}

/** What is made into its final form before it is checked says itself, as `written` of its metadata, which forms it takes. */
function asWritten(property: JsonSchema): JsonSchema {
  const { written, description = "", default: standard } = property;
  if (written === undefined) return property;
  return { ...(written as JsonSchema), description, ...(standard !== undefined && { default: standard }) };
}

/** Without links into the documentation, and with every key that may be left out also allowed to stand without a value. */
function forEditors(schema: JsonSchema, before: string = ""): JsonSchema {
  const { required = [], properties = {} } = schema;
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, property]) => {
        const { description = "", ...rest } = property;
        const plain = { ...rest, description: before + description.replace(/ \(\[why\]\([^)]*\)\)/, "") };
        return [key, required.includes(key) ? plain : orNull(plain)];
      }),
    ),
  };
}

function orNull({ type, enum: values, anyOf, ...rest }: JsonSchema): JsonSchema {
  if (anyOf !== undefined) return { ...rest, anyOf: [...anyOf, { type: "null" }] };
  return {
    ...rest,
    ...(type !== undefined && { type: [type, "null"].flat() }),
    ...(values !== undefined && { enum: [...values, null] }),
  };
}

/** A target, or a list of them with a name each. */
function oneOrSeveral(target: JsonSchema): JsonSchema {
  const { properties, required = [] } = target;
  const name = { type: "string", minLength: 1, description: "what this one is called in logs and positions" };
  const named = { ...target, properties: { name, ...properties }, required: ["name", ...required] };
  return { anyOf: [target, { type: "array", items: named }, { type: "null" }] };
}

function mapValues<Value, Result>(record: Readonly<Record<string, Value>>, map: (value: Value) => Result): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
