import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { parseConfiguration } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { catalogue, configurationDocument, configurationSchema, sampleConfiguration, withVariableTables } from "./describe.ts";
import { readSettings } from "./settings.ts";
import { variables } from "./variables.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("__metadata__/connector_manifest.json")) as Record<string, unknown>;
const required = {
  OPENCTI_URL: "http://opencti:8080",
  OPENCTI_TOKEN: "a-token",
  CONNECTOR_ID: "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d",
  SOCDEFENDERS_API_KEY: "key",
};
/** Alignment of tables is the formatter's. */
const loose = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");

test("what lies in __metadata__ is made of the variables as they are now", () => {
  expect(JSON.parse(read("__metadata__/connector_config_schema.json"))).toEqual(configurationSchema());
  expect(JSON.parse(read("__metadata__/catalog.json"))).toEqual(catalogue(manifest));
  expect(loose(read("__metadata__/CONNECTOR_CONFIG_DOC.md"))).toBe(loose(configurationDocument()));
  expect(read("config.yml.sample")).toBe(sampleConfiguration());
});

test("the README has the sections of the template, in its order, and every variable in its tables as it is now", () => {
  const readme = read("README.md");
  expect([...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
    "Introduction",
    "Installation",
    "Configuration variables",
    "Deployment",
    "Usage",
    "Connector behavior",
    "Debugging",
    "Additional information",
  ]);
  expect(loose(readme)).toBe(loose(withVariableTables(readme)));
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  expect(rows).toEqual(variables.map(({ name }) => name));
});

test("every variable that is read is described, and every one that is described is read", () => {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string>>(required, {
    get(target, name: string) {
      asked.add(name);
      return target[name] ?? (name === "CONNECTOR_EXPOSE_METRICS" ? "true" : undefined);
    },
  });
  readSettings(environment, {});
  // Refused or warned of, so not offered.
  const others = [
    "QUEUE_PROTOCOL",
    "CONNECTOR_CONFIDENCE_LEVEL",
    "CONNECTOR_UPDATE_EXISTING_DATA",
    "CONNECTOR_AUTO_CREATE_SERVICE_ACCOUNT",
    "CONNECTOR_SEND_TO_S3",
    "CONNECTOR_VALIDATE_BEFORE_IMPORT",
  ];
  expect([...asked].toSorted()).toEqual([...variables.map(({ name }) => name), ...others].toSorted());
});

test("the defaults that are described are those that hold", () => {
  const written = variables.flatMap(({ name, default: standard }) => (standard === undefined ? [] : [[name, String(standard)]]));
  // A filter that delivers everything is none in effect, but it is there.
  const settings = (environment: Record<string, string>) =>
    inspect({ ...readSettings(environment, {}), filter: undefined }, { depth: 9 });
  expect(settings({ ...required, ...(Object.fromEntries(written) as Record<string, string>) })).toBe(settings(required));
});

test("the sample configuration is one, once what must be set is set", () => {
  const sample = parseConfiguration(read("config.yml.sample"), {}, "config.yml.sample") as Record<string, Record<string, string>>;
  expect(sample).toEqual({
    opencti: { url: "http://localhost", token: "ChangeMe" },
    connector: { id: "ChangeMe" },
    mq: null,
    socdefenders: { api_key: "ChangeMe" },
  });
  expect(() => readSettings({}, sample)).toThrow("CONNECTOR_ID: not a UUID");
});

test("the schema has the platform's form: secrets are write-only passwords, durations say so, a default is of its type", () => {
  const { properties, required: demanded } = configurationSchema();
  expect(demanded).toEqual(["OPENCTI_URL", "OPENCTI_TOKEN", "CONNECTOR_ID", "SOCDEFENDERS_API_KEY"]);
  const secrets = Object.entries(properties).filter(
    ([name]) => /TOKEN$|KEY$|PASS$|PASSPHRASE$/.test(name) && name !== "MQ_USE_SSL_KEY",
  );
  expect(secrets.filter(([, property]) => property["format"] !== "password" || property["writeOnly"] !== true)).toEqual([]);
  const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);
  const defaults = Object.values(properties).filter((property) => property["default"] !== undefined);
  expect(defaults.map((property) => kindOf(property["default"]))).toEqual(
    defaults.map(({ type }) => (type === "integer" ? "number" : type)),
  );
});

test("the manifest keeps to the connectors repository's own rules", () => {
  expect(Object.keys(manifest)).toEqual([
    "title",
    "slug",
    "description",
    "short_description",
    "logo",
    "use_cases",
    "solution_categories",
    "license_type",
    "contact",
    "verified",
    "last_verified_date",
    "playbook_supported",
    "max_confidence_level",
    "support_version",
    "subscription_link",
    "source_code",
    "manager_supported",
    "container_version",
    "container_image",
    "container_type",
  ]);
  expect(String(manifest["short_description"]).length).toBeLessThanOrEqual(250);
  expect(manifest["container_type"]).toBe("EXTERNAL_IMPORT");
});
