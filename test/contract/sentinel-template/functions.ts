import { createHash } from "node:crypto";
import { textOf, type Json, type JsonObject } from "./template.ts";

/** Where a deployment takes place, and what it finds and notes there. */
export interface Place {
  readonly subscription: string;
  readonly group: string;
  /** `AzureCloud`, `AzureUSGovernment`, `AzureChinaCloud`. */
  readonly cloud: string;
  /** Run-time state of a resource, or what a list function says of it. */
  readonly state: (id: string, full: boolean) => Json;
  /** Called with the id of each resource that an expression names. */
  readonly mention: (id: string) => void;
}

interface TemplateFunction {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  readonly run: (values: Json[], place: Place) => Json;
}

const digest = (values: readonly Json[]): string => createHash("sha256").update(JSON.stringify(values)).digest("hex");
const groupPath = (subscription: string, group: string): string => `/subscriptions/${subscription}/resourceGroups/${group}`;

function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || Object.keys(typeof value === "number" ? { value } : value).length === 0;
}

/** `resourceId([subscription], [group], type, ...names)`: the type is the first argument with a slash. */
function resourceId(values: Json[], place: Place): string {
  const parts = values.map(textOf);
  const at = parts.findIndex((part) => part.includes("/"));
  const [group = place.group, subscription = place.subscription] = parts.slice(0, at).toReversed();
  const id = `${groupPath(subscription, group)}/${providerPath(parts[at] ?? "", parts.slice(at + 1))}`;
  place.mention(id);
  return id;
}

/** `Microsoft.Web/sites/config` and [app, appsettings] become `providers/Microsoft.Web/sites/app/config/appsettings`. */
export function providerPath(type: string, names: readonly string[]): string {
  const [provider, ...types] = type.split("/");
  if (types.length !== names.length) throw new Error(`${type} wants ${types.length} names, not ${names.join(", ")}`);
  return ["providers", provider, ...types.flatMap((segment, index) => [segment, names[index]])].join("/");
}

function stateOf(values: Json[], place: Place): Json {
  const id = textOf(values[0]);
  place.mention(id);
  return place.state(id, values[2] === "Full");
}

/** The functions of "ARM template functions" that this template may use; `if`, `parameters` and `variables` are the evaluator's. */
export const functions: Readonly<Record<string, TemplateFunction>> = {
  parameters: { arity: [1, 1], run: () => null },
  variables: { arity: [1, 1], run: () => null },
  if: { arity: [3, 3], run: () => null },
  and: { arity: [2, 99], run: (values) => values.every((value) => value === true) },
  not: { arity: [1, 1], run: ([value]) => value !== true },
  empty: { arity: [1, 1], run: ([value]) => isEmpty(value) },
  contains: { arity: [2, 2], run: ([whole, part]) => textOf(whole).includes(textOf(part)) },
  true: { arity: [0, 0], run: () => true },
  null: { arity: [0, 0], run: () => null },
  format: {
    arity: [2, 99],
    run: ([pattern, ...values]) => textOf(pattern).replace(/\{(\d)\}/g, (_, at) => textOf(values[Number(at)])),
  },
  replace: { arity: [3, 3], run: ([whole, part, by]) => textOf(whole).replaceAll(textOf(part), textOf(by)) },
  split: { arity: [2, 2], run: ([whole, by]) => textOf(whole).split(textOf(by)) },
  take: { arity: [2, 2], run: ([whole, count]) => textOf(whole).slice(0, Number(count)) },
  toLower: { arity: [1, 1], run: ([value]) => textOf(value).toLowerCase() },
  uniqueString: { arity: [1, 99], run: (values) => digest(values).slice(0, 13) },
  guid: {
    arity: [1, 99],
    run: (values) => digest(values).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"),
  },
  createObject: {
    arity: [0, 98],
    run: (values) =>
      Object.fromEntries(values.flatMap((name, at) => (at % 2 === 0 ? [[textOf(name), values[at + 1] ?? null]] : []))),
  },
  union: { arity: [2, 99], run: (values) => Object.assign({}, ...(values as JsonObject[])) as JsonObject },
  resourceGroup: {
    arity: [0, 0],
    run: (_, { subscription, group }) => ({ id: groupPath(subscription, group), location: "westeurope" }),
  },
  subscription: { arity: [0, 0], run: () => ({ tenantId: "the-tenant" }) },
  environment: { arity: [0, 0], run: (_, { cloud }) => ({ name: cloud }) },
  resourceId: { arity: [2, 99], run: resourceId },
  subscriptionResourceId: {
    arity: [2, 99],
    run: (values, { subscription }) =>
      `/subscriptions/${subscription}/${providerPath(textOf(values[0]), values.slice(1).map(textOf))}`,
  },
  reference: { arity: [2, 3], run: stateOf },
  list: { arity: [2, 2], run: ([id = null, version = null], place) => stateOf([id, version, "Full"], place) },
};
