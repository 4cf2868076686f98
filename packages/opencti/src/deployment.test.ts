import { readFileSync } from "node:fs";
import { parseConfiguration } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { z } from "zod";
import { variables } from "./platform/variables.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const dockerfile = read("packages/opencti/docker/Dockerfile");
const manual = read("docs/opencti.md");
const known = new Set(variables.map(({ name }) => name));
const image = "socdefenders/opencti-connector:latest";

/** The variables that the image sets. */
const imageEnvironment = Object.fromEntries(
  [...dockerfile.matchAll(/(SOCDEFENDERS_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
);

test("the image runs the one file as a user without rights, and is watched from outside it", () => {
  expect(dockerfile).toMatch(/^COPY dist\/connector\.mjs /m);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
  // A shell between them would keep the signal to itself.
  expect(dockerfile).toMatch(/^ENTRYPOINT \["node", .*"connector\.mjs"\]$/m);
  expect(Object.keys(imageEnvironment).filter((name) => !known.has(name))).toEqual([]);
  expect(imageEnvironment).toMatchObject({ SOCDEFENDERS_LISTEN_ADDRESS: "*", SOCDEFENDERS_HEALTH_PORT: "9096" });
});

const dotEnv = Object.fromEntries(["OPENCTI_TOKEN", "CONNECTOR_ID", "API_KEY"].map((name) => [`SOCDEFENDERS_${name}`, "of .env"]));

const composeSchema = z.object({
  services: z.object({
    "connector-socdefenders": z.object({
      image: z.string(),
      environment: z.array(z.string()),
      volumes: z.array(z.string()),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal("ALL")]),
      restart: z.literal("always"),
      stop_grace_period: z.string(),
    }),
  }),
  volumes: z.record(z.string(), z.unknown()),
});

test("the compose file sets what the connector reads, with no secret in it", () => {
  const { services, volumes } = composeSchema.parse(
    parseConfiguration(read("packages/opencti/docker/docker-compose.yml"), dotEnv, "compose"),
  );
  const service = services["connector-socdefenders"];
  const settings = service.environment.map((line) => line.split("=", 2) as [string, string]);
  expect(settings.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
  const given = new Map(settings);
  expect(variables.filter(({ name, required }) => required === true && !given.has(name))).toEqual([]);
  const secrets = ["OPENCTI_TOKEN", "CONNECTOR_ID", "SOCDEFENDERS_API_KEY"];
  expect(secrets.map((name) => given.get(name))).toEqual(secrets.map(() => "of .env"));
  expect(service.image).toBe(image);
  expect(service.volumes).toEqual([`${Object.keys(volumes)[0]}:${imageEnvironment["SOCDEFENDERS_STATE_DIRECTORY"]}`]);
});

const deploymentSchema = z.object({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  spec: z.object({
    replicas: z.literal(1),
    strategy: z.object({ type: z.literal("Recreate") }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number().min(6),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1000), fsGroup: z.literal(1000) }),
        containers: z.tuple([
          z.object({
            image: z.literal(image),
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            livenessProbe: z.object({ httpGet: z.object({ path: z.literal("/health"), port: z.string() }) }),
            securityContext: z.object({ readOnlyRootFilesystem: z.literal(true), allowPrivilegeEscalation: z.literal(false) }),
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
          }),
        ]),
        volumes: z.array(z.object({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }) })),
      }),
    }),
  }),
});

test("the manual's manifest for Kubernetes is one connector, as the image runs", () => {
  const [, text = ""] = /```yaml\n(apiVersion: apps\/v1\n[^]*?)```/.exec(manual) ?? [];
  const { spec } = deploymentSchema.parse(parseConfiguration(text, {}, "manifest"));
  const { metadata, spec: pod } = spec.template;
  const [container] = pod.containers;
  expect(metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(container.env.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  const [port] = container.ports;
  expect(port).toEqual({
    name: container.livenessProbe.httpGet.port,
    containerPort: Number(imageEnvironment["SOCDEFENDERS_HEALTH_PORT"]),
  });
  expect(container.volumeMounts).toEqual([
    { name: pod.volumes[0]?.name, mountPath: imageEnvironment["SOCDEFENDERS_STATE_DIRECTORY"] },
  ]);
});

test("what else the manual names as a variable is one", () => {
  const named = [...manual.matchAll(/\b(?:SOCDEFENDERS|CONNECTOR|OPENCTI|MQ)_[A-Z_]*[A-Z]\b(?!\.md)/g)].map(([name]) => name);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});
