import { createEvaluator } from "./evaluate.ts";
import { providerPath, type Place } from "./functions.ts";
import { nestedTemplate, textOf, type Json, type JsonObject, type Resource, type Template } from "./template.ts";

/** A resource that a deployment on paper made. */
export interface Deployed {
  readonly id: string;
  readonly type: string;
  /** As evaluated; without the template, of a nested deployment. */
  readonly body: JsonObject;
  readonly dependsOn: readonly string[];
  /** Ids of the resources that its expressions name, its own dependencies aside. */
  readonly mentions: ReadonlySet<string>;
  /** Id of the nested deployment it is part of. */
  readonly within: string | undefined;
}

export interface World {
  readonly subscription: string;
  readonly group: string;
  readonly cloud: string;
  /** Run-time state of resources by type: its properties, and what a reference gets with `Full` besides. */
  readonly states: Readonly<Record<string, JsonObject & { readonly properties: JsonObject }>>;
}

export interface Deployment {
  readonly resources: readonly Deployed[];
  readonly outputs: JsonObject;
}

/** Deploys a template on paper: resources whose condition holds, in the order they are written, with expressions evaluated. */
export function deploy(template: Template, given: JsonObject, world: World, within?: string): Deployment {
  const resources: Deployed[] = [];
  const outputsOf = new Map<string, { properties: JsonObject }>();
  const place = (mentions: Set<string>): Place => ({
    ...world,
    mention: (id) => mentions.add(id),
    state: (id, full) => {
      const state = outputsOf.get(id) ?? world.states[typeOf(id)];
      return (full ? state : state?.properties) ?? null;
    },
  });

  for (const resource of template.resources) {
    const evaluate = createEvaluator(template, given, place(new Set()));
    if (resource.condition !== undefined && evaluate(resource.condition) !== true) continue;
    const mentions = new Set<string>();
    const body = createEvaluator(template, given, place(mentions))(bodyOf(resource)) as JsonObject;
    const target = { ...world, ...targetOf(body) };
    const made: Deployed = {
      id: idOf(resource.type, body, target),
      type: resource.type,
      body,
      dependsOn: evaluate(resource.dependsOn ?? []) as string[],
      mentions,
      within,
    };
    resources.push(made);
    const inner = nestedTemplate(resource);
    if (inner === undefined) continue;
    const nested = deploy(inner, valuesOf(propertiesOf(made)["parameters"]), target, made.id);
    resources.push(...nested.resources);
    outputsOf.set(made.id, { properties: { outputs: nested.outputs } });
  }
  const outputs = createEvaluator(template, given, place(new Set()))({ ...template.outputs }) as JsonObject;
  return { resources, outputs };
}

export const propertiesOf = ({ body }: Deployed): JsonObject => body["properties"] as JsonObject;

/** Type of a resource by its id: `Microsoft.Web/sites/config`. */
function typeOf(id: string): string {
  const [provider, ...rest] = (id.split("/providers/").at(-1) ?? "").split("/");
  return [provider, ...rest.filter((_, index) => index % 2 === 0)].join("/");
}

function bodyOf({ dependsOn: _dependsOn, condition: _condition, properties, ...rest }: Resource): JsonObject {
  if (typeof properties === "string") return { ...rest, properties };
  const { template: _template, ...own } = properties;
  return { ...rest, properties: own };
}

function targetOf(body: JsonObject): Partial<World> {
  const { subscriptionId, resourceGroup } = body;
  return typeof subscriptionId === "string" ? { subscription: subscriptionId, group: textOf(resourceGroup) } : {};
}

function idOf(type: string, { name, scope }: JsonObject, { subscription, group }: World): string {
  const parent = scope === undefined ? `/subscriptions/${subscription}/resourceGroups/${group}` : textOf(scope);
  return `${parent}/${providerPath(type, textOf(name).split("/"))}`;
}

function valuesOf(parameters: Json | undefined): JsonObject {
  const entries = Object.entries((parameters ?? {}) as Record<string, { value: Json }>);
  return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
}
