import type { Deployed, Deployment } from "./deploy.ts";
import { roles, type Check } from "./name-checks.ts";
import { deploySample, identityId, samples, subnetId, workspaceId } from "./samples.ts";
import { textOf } from "./template.ts";

/** What is wrong in any of the samples, each thing once. */
const inEverySample =
  (problems: (deployment: Deployment) => string[]): Check =>
  (template) => {
    const found = Object.values(samples).flatMap((choices) => problems(deploySample(template, choices)));
    return [...new Set(found)];
  };

const given = new Set([workspaceId, identityId, subnetId]);
const declaredIds = ({ resources }: Deployment): Map<string, Deployed> => new Map(resources.map((made) => [made.id, made]));

/** Every id that an expression or dependsOn names is declared in some sample, or was given. */
const unknownTargets: Check = (template) => {
  const deployments = Object.values(samples).map((choices) => deploySample(template, choices));
  const known = new Set([...given, ...deployments.flatMap(({ resources }) => resources.map(({ id }) => id))]);
  const named = deployments.flatMap(({ resources }) =>
    resources.flatMap(({ id, dependsOn, mentions }) => [...dependsOn, ...mentions].map((target) => [id, target] as const)),
  );
  return [...new Set(named.filter(([, target]) => !known.has(target)).map(([id, target]) => `${id} names ${target}`))];
};

/** A resource comes after each one that its expressions, its scope or its own name tell of. Azure adds no dependency for an id. */
const missingDependencies: Check = inEverySample((deployment) => {
  const declared = declaredIds(deployment);
  return deployment.resources.flatMap((made) => {
    const before = reachable(made, declared);
    const scope = made.body["scope"];
    const wanted = [...made.mentions, ...(typeof scope === "string" ? [scope] : []), parentOf(made.id)];
    return wanted
      .filter((id) => declared.has(id) && id !== made.id && !within(id, made, declared) && !before.has(id))
      .map((id) => `${made.id} does not wait for ${id}`);
  });
});

const parentOf = (id: string): string => id.split("/").slice(0, -2).join("/");

const within = (id: string, made: Deployed, declared: Map<string, Deployed>): boolean => declared.get(id)?.within === made.id;

/** Ids of all that is finished when a resource is started: what it and its deployment wait for, and what those deployed. */
function reachable(made: Deployed, declared: Map<string, Deployed>): Set<string> {
  const found = new Set<string>();
  const open = [made];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const outer = next.within === undefined ? undefined : declared.get(next.within);
    if (outer !== undefined) open.push(outer);
    for (const id of next.dependsOn) {
      if (found.has(id)) continue;
      found.add(id);
      const target = declared.get(id);
      if (target !== undefined) open.push(target);
      for (const inner of declared.values()) if (inner.within === id) found.add(inner.id);
    }
  }
  return found;
}

/** Nothing depends on itself by way of others, and no two resources have one id. */
const cyclesAndTwins: Check = inEverySample(({ resources }) => {
  const declared = declaredIds({ resources, outputs: {} });
  const cycles = resources.filter((made) => reachable(made, declared).has(made.id)).map(({ id }) => `${id} waits for itself`);
  return declared.size === resources.length ? cycles : [...cycles, "two resources have one id"];
});

/** Role assignments: a documented role, a principal, and a name made of scope, principal and role, so that it is the same again. */
const roleAssignments: Check = (template) => {
  const principals = ["system-principal", "user-principal"];
  const names = new Map<string, string>();
  return Object.values(samples).flatMap((choices) =>
    deploySample(template, choices).resources.flatMap(({ type, body }) => {
      if (type !== "Microsoft.Authorization/roleAssignments") return [];
      const { principalId, principalType, roleDefinitionId } = body["properties"] as Record<string, string>;
      const role = roles[roleDefinitionId?.split("/").at(-1) ?? ""];
      const grant = `${role} for ${principalId} on ${textOf(body["scope"])}`;
      const name = textOf(body["name"]);
      const taken = names.get(name);
      names.set(name, grant);
      const right = role !== undefined && principals.includes(principalId ?? "") && principalType === "ServicePrincipal";
      return right && (taken === undefined || taken === grant) ? [] : [`${grant}: role, principal or name ${name} is wrong`];
    }),
  );
};

export const deploymentChecks = { unknownTargets, missingDependencies, cyclesAndTwins, roleAssignments };
