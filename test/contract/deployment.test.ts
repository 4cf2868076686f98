import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

const packageRoot = new URL("../../packages/cli/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, packageRoot), "utf8");

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: { readonly "config.yaml": string };
  readonly spec?: DeploymentSpec;
}

interface DeploymentSpec {
  readonly replicas: number;
  readonly strategy: unknown;
  readonly selector: { readonly matchLabels: object };
  readonly template: {
    readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> };
    readonly spec: Pod;
  };
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: unknown;
  readonly ports: unknown;
  readonly securityContext: unknown;
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly mountPath: string; readonly name: string }[];
}

interface Configuration {
  readonly operations: { readonly listen: string; readonly port: number };
  readonly feed: { readonly api_key_file: string };
  readonly splunk: { readonly token_file: string };
}

const manifests = parseAllDocuments(read("deploy/kubernetes.yaml")).map((document) => document.toJS() as Manifest);
const named = (kind: string): Manifest => manifests.find((one) => one.kind === kind)!;
const deployment = named("Deployment").spec!;
const pod = deployment.template.spec;
const [container] = pod.containers;
const configuration = parse(named("ConfigMap").data!["config.yaml"]) as Configuration;
const server = read("src/service/operations-server.ts");

test("Kubernetes runs one, and never two for a moment", () => {
  expect([deployment.replicas, deployment.strategy]).toEqual([1, { type: "Recreate" }]);
  expect(deployment.template.metadata.labels).toMatchObject(deployment.selector.matchLabels);
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5);
});

test("its pod is what the restricted standard demands", () => {
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(container.resources.limits.memory).toBeDefined();
});

test("its probes ask the service where it answers", () => {
  const { listen, port } = configuration.operations;
  expect([listen, container.ports]).toEqual(["0.0.0.0", [{ name: "operations", containerPort: port }]]);
  expect(deployment.template.metadata.annotations["prometheus.io/port"]).toBe(String(port));
  for (const { httpGet } of [container.livenessProbe, container.readinessProbe]) {
    expect(httpGet.port).toBe("operations");
    expect(server).toContain(`"${httpGet.path}"`);
  }
});

test("what the configuration names is mounted, and what is written outlives the pod", () => {
  const mounts = Object.fromEntries(container.volumeMounts.map((mount) => [mount.mountPath, mount.name]));
  const volumes = Object.fromEntries(pod.volumes.map(({ name, ...volume }) => [name, volume]));
  expect(mounts).toEqual({
    "/etc/socdefenders/config.yaml": "configuration",
    "/etc/socdefenders/secrets": "secrets",
    "/var/lib/socdefenders": "state",
  });
  expect(volumes["state"]).toEqual({ persistentVolumeClaim: { claimName: named("PersistentVolumeClaim").metadata.name } });
  expect(volumes["configuration"]).toEqual({ configMap: { name: named("ConfigMap").metadata.name } });
  expect([configuration.feed.api_key_file, configuration.splunk.token_file]).toEqual(
    ["api-key", "hec-token"].map((name) => `/etc/socdefenders/secrets/${name}`),
  );
  expect(container.env).toEqual([{ name: "STATE_DIRECTORY", value: "/var/lib/socdefenders" }]);
  expect(container.args.at(-1)).toBe("/etc/socdefenders/config.yaml");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  expect(container.image).toBe(`socdefenders/command:${version}`);
});

const dockerfile = read("docker/Dockerfile");
/** The arguments of an instruction, its continued lines joined. */
const instruction = (name: string): string[] =>
  [
    ...dockerfile
      .replaceAll(/^#.*\n/gm, "")
      .replaceAll(/\\\n\s*/g, "")
      .matchAll(new RegExp(`^${name} (.*)$`, "gm")),
  ].map(([, rest = ""]) => rest);

test("the image is that of the connector for OpenCTI with another file in it, as the same user as in Kubernetes", () => {
  const other = readFileSync(new URL("../opencti/docker/Dockerfile", packageRoot), "utf8");
  expect(instruction("FROM")).toEqual([/^FROM (.*)$/m.exec(other)?.[1]]);
  expect(instruction("USER")).toEqual([`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`]);
  expect(instruction("STOPSIGNAL")).toEqual(["SIGTERM"]);
  const known = /^(?:FROM|LABEL|RUN|COPY|WORKDIR|VOLUME|ENV|USER|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD) /;
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n/g, "")
    .split("\n")
    .filter(Boolean);
  expect(lines.filter((line) => !known.test(line))).toEqual([]);
});

test("what the image copies is what the build writes", () => {
  const [copied = ""] = instruction("COPY");
  const files = copied.split(" ").slice(0, -1);
  const built = [...read("build.ts").matchAll(/join\(output, "([^"]+)"\)/g)].map(([, name]) => `dist/${name}`);
  expect(files).toEqual([...new Set(built)]);
  expect(JSON.parse(instruction("ENTRYPOINT")[0] ?? "")).toEqual(["node", `${copied.split(" ").at(-1)}socdefenders.mjs`]);
});

test("its health check asks where the service answers", () => {
  const [check = ""] = instruction("HEALTHCHECK");
  const [, port] = /OPERATIONS_PORT=(\d+)/.exec(instruction("ENV")[0] ?? "") ?? [];
  expect(Number(port)).toBe(configuration.operations.port);
  expect(check).toContain("'/healthz'");
  expect(read("src/service/operations-config.ts")).toContain(`.default(${port})`);
});

/** The settings of a unit file by name, in their order. */
function settings(path: string): ReadonlyMap<string, readonly string[]> {
  const lines = read(path)
    .split("\n")
    .filter((line) => /^\w+=/.test(line));
  return Map.groupBy(lines, (line) => line.split("=", 1)[0] ?? "");
}

test("systemd does not start again what is configured wrong, and waits as long as a stop takes", () => {
  const unit = settings("deploy/socdefenders.service");
  expect(unit.get("RestartPreventExitStatus")).toEqual(["RestartPreventExitStatus=2"]);
  expect(unit.get("Restart")).toEqual(["Restart=on-failure"]);
  expect(unit.get("TimeoutStopSec")).toEqual(["TimeoutStopSec=10"]);
  expect([...unit.keys()]).toEqual(expect.arrayContaining(["DynamicUser", "StateDirectory", "LoadCredential", "ProtectSystem"]));
});

test("systemd leaves to the lock what tells it that the host was started anew", () => {
  expect(read("../../shared/src/checkpoint/lock-claim.ts")).toContain("/proc/sys/kernel/random/boot_id");
  expect(settings("deploy/socdefenders.service").get("ProcSubset")).toBeUndefined();
});

test("no unit, manifest or image holds a secret, and all of them are in the package", () => {
  const { files } = JSON.parse(read("package.json")) as { files: string[] };
  expect(files).toEqual(expect.arrayContaining(["deploy", "docker"]));
  for (const path of [
    "deploy/socdefenders.service",
    "deploy/once.conf",
    "deploy/socdefenders.timer",
    "deploy/kubernetes.yaml",
    "docker/Dockerfile",
  ]) {
    expect(existsSync(fileURLToPath(new URL(path, packageRoot)))).toBe(true);
    expect(read(path)).not.toMatch(/^\s*(?:api_key|token|password):|Environment=.*(?:KEY|TOKEN)/m);
  }
});
