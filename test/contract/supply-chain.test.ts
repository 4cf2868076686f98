import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
const manifests = [".", "shared", "test", ...folders].map(
  (folder) => [folder, JSON.parse(read(`${folder}/package.json`)) as Manifest] as const,
);

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly scripts?: Versions;
}

test.each(manifests)("%s asks for exact versions only, and runs nothing when it is installed", (_, manifest) => {
  const asked = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const exact = /^(?:workspace:\*|\d+\.\d+\.\d+(?:-[\w.]+)?)$/;
  expect(Object.entries(asked).filter(([, range]) => !exact.test(range))).toEqual([]);
  const hooks = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
  expect(Object.keys(manifest.scripts ?? {}).filter((name) => hooks.includes(name))).toEqual([]);
  expect(manifest.license).toBe("Apache-2.0");
});

test("everything that is released has one version", () => {
  const released = manifests.filter(([folder]) => ![".", "test"].includes(folder));
  expect(new Set(released.map(([, manifest]) => manifest.version))).toEqual(new Set([version]));
});

test("every package of the lockfile is held to a sha512 and comes from the registry", () => {
  const { packages } = parse(read("pnpm-lock.yaml")) as {
    readonly packages: Readonly<Record<string, { readonly resolution: object }>>;
  };
  const entries = Object.entries(packages);
  expect(entries.length).toBeGreaterThan(500);
  const held = { integrity: expect.stringMatching(/^sha512-[\w+/]{86}==$/) as string };
  for (const [name, { resolution }] of entries) expect([name, resolution]).toEqual([name, held]);
});

test("no package runs a script when it is installed: those that would are named, and refused", () => {
  const { allowBuilds } = parse(read("pnpm-workspace.yaml")) as { readonly allowBuilds: Readonly<Record<string, boolean>> };
  const installed = readdirSync(join(root, "node_modules/.pnpm")).filter((name) => /^[@\w].*@\d/.test(name));
  expect(installed.length).toBeGreaterThan(400);
  const withScripts = installed
    .map((entry) => packageIn(join(root, "node_modules/.pnpm", entry, "node_modules"), entry))
    .filter(hasInstallScript);
  expect(withScripts.length).toBeGreaterThan(0);
  expect(withScripts.filter(({ name }) => allowBuilds[name] === undefined)).toEqual([]);
  expect(Object.values(allowBuilds)).not.toContain(true);
});

interface Installed {
  readonly name: string;
  readonly scripts?: Versions;
}

/** The package an entry of pnpm's store folder is made for; its dependencies beside it are links. */
function packageIn(directory: string, entry: string): Installed {
  const [, name = ""] = /^(@?[^@]+)@/.exec(entry) ?? [];
  return JSON.parse(readFileSync(join(directory, name.replace("+", "/"), "package.json"), "utf8")) as Installed;
}

const hasInstallScript = ({ scripts = {} }: Installed): boolean =>
  ["preinstall", "install", "postinstall"].some((name) => scripts[name] !== undefined);

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

const workflows = readdirSync(join(root, ".github/workflows")).map(
  (name) => [name, parse(read(`.github/workflows/${name}`)) as Workflow] as const,
);

test.each(workflows)("%s grants rights to single jobs only, and pins every action to a commit", (_, { permissions, jobs }) => {
  expect(permissions).toEqual({});
  for (const job of Object.values(jobs)) {
    expect(Object.keys(job.permissions)).not.toEqual([]);
    // An expression in a script is text that somebody else may have written.
    expect(job.steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
    const actions = job.steps.filter(({ uses }) => uses !== undefined);
    expect(actions.filter(({ uses = "" }) => !/^actions\/[\w-]+@[0-9a-f]{40}$/.test(uses))).toEqual([]);
    const checkouts = actions.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.filter(({ with: settings }) => settings?.["persist-credentials"] !== false)).toEqual([]);
  }
});

test("what a workflow runs of this repository is there", () => {
  const scripts = workflows.flatMap(([, { jobs }]) => Object.values(jobs).flatMap(({ steps }) => steps.map(({ run = "" }) => run)));
  const { scripts: known = {} } = JSON.parse(read("package.json")) as Manifest;
  const named = scripts.flatMap((script) => [...script.matchAll(/npm (?:run )?(test|release)\b/g)].map(([, name = ""]) => name));
  expect(named.toSorted()).toEqual(["release", "test"]);
  expect(named.filter((name) => known[name] === undefined)).toEqual([]);
  expect(scripts.filter((script) => script.includes(".ci/run"))).toHaveLength(1);
});

test("only the job that builds nothing may publish", () => {
  const [, release] = workflows.find(([name]) => name === "release.yml") ?? [];
  const { build, publish } = release?.jobs ?? {};
  expect(build?.permissions).toEqual({ contents: "read" });
  expect(publish?.permissions).toEqual({ contents: "write", "id-token": "write", attestations: "write" });
  expect(publish?.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))).toEqual([]);
});
