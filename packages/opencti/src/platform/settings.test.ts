import { ConfigurationError } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const minimal = {
  OPENCTI_URL: "http://opencti:8080",
  OPENCTI_TOKEN: "a-token-of-a-user",
  CONNECTOR_ID: "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d",
  SOCDEFENDERS_API_KEY: "sk_live_0123456789",
};

test("what is not set has a default", () => {
  const settings = readSettings(minimal, {});
  expect(settings).toMatchObject({ periodMs: 3_600_000, queueThresholdMegabytes: 500, logLevel: "error", importExpired: false });
  expect(settings.feed.endpoint.href).toBe("https://socdefenders.ai/api/taxii2/");
});

test("the environment wins over config.yml, and an empty variable is none", () => {
  const file = { connector: { name: "From the file", log_level: "debug", scope: ["a", "b"] }, socdefenders: { start: "P7D" } };
  const settings = readSettings({ ...minimal, CONNECTOR_NAME: "From the environment", CONNECTOR_LOG_LEVEL: "" }, file);
  expect(settings.opencti).toMatchObject({ connectorName: "From the environment", connectorScope: ["a", "b"] });
  expect(settings).toMatchObject({ logLevel: "debug", feed: { start: "P7D" } });
});

test.each([
  ["PT15M", 900_000],
  ["P1D", 86_400_000],
  ["PT5S", 60_000],
  ["PT0S", 0],
  ["0", 0],
])("a period of %s is %i ms", (text, milliseconds) => {
  expect(readSettings({ ...minimal, CONNECTOR_DURATION_PERIOD: text }, {}).periodMs).toBe(milliseconds);
});

test("run-and-terminate is a single run whatever the period", () => {
  expect(readSettings({ ...minimal, CONNECTOR_RUN_AND_TERMINATE: "True", CONNECTOR_DURATION_PERIOD: "PT1H" }, {}).periodMs).toBe(0);
});

test("the broker's variables and the choices of the import arrive", () => {
  const settings = readSettings(
    {
      ...minimal,
      MQ_HOST: "mq.example",
      MQ_PORT: "5671",
      MQ_USE_SSL: "yes",
      CONNECTOR_QUEUE_PROTOCOL: "api",
      SOCDEFENDERS_COLLECTIONS: "one, two",
      SOCDEFENDERS_CREATE_OBSERVABLES: "true",
      SOCDEFENDERS_MIN_CONFIDENCE: "70",
      HTTPS_CA_CERTIFICATES: "-----BEGIN CERTIFICATE-----",
    },
    {},
  );
  expect(settings.opencti).toMatchObject({ queueProtocol: "api", createObservables: true, ca: "-----BEGIN CERTIFICATE-----" });
  expect(settings.opencti.broker).toMatchObject({ host: "mq.example", port: 5671, useTls: true });
  expect(settings).toMatchObject({ feed: { collections: ["one", "two"] } });
  expect(settings.filter?.identity).toMatch(/^[0-9a-f]{16}$/);
});

describe("names the variable that is wrong", () => {
  test.each([
    ["OPENCTI_TOKEN", { OPENCTI_TOKEN: " " }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "hourly" }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "2026-01-01T00:00:00Z" }],
    ["CONNECTOR_LOG_LEVEL", { CONNECTOR_LOG_LEVEL: "loud" }],
    ["CONNECTOR_RUN_AND_TERMINATE", { CONNECTOR_RUN_AND_TERMINATE: "maybe" }],
    ["SOCDEFENDERS_MIN_CONFIDENCE", { SOCDEFENDERS_MIN_CONFIDENCE: "101" }],
    ["CONNECTOR_QUEUE_THRESHOLD", { CONNECTOR_QUEUE_THRESHOLD: "much" }],
  ])("%s", (name, change) => {
    const read = () => readSettings({ ...minimal, ...change }, {});
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(name);
  });
});

test("the directory is used only where it is switched on", () => {
  const directory = { CONNECTOR_SEND_TO_DIRECTORY_PATH: "/out", CONNECTOR_SEND_TO_DIRECTORY_RETENTION: "3" };
  expect(readSettings({ ...minimal, ...directory }, {}).opencti.directory).toBeUndefined();
  const { opencti } = readSettings(
    { ...minimal, ...directory, CONNECTOR_SEND_TO_DIRECTORY: "true", CONNECTOR_SEND_TO_QUEUE: "no" },
    {},
  );
  expect(opencti).toMatchObject({ sendsToQueue: false, directory: { path: "/out", retention_days: 3 } });
});

test("the broker's certificates may stand in the variables themselves", () => {
  const pem = "-----BEGIN CERTIFICATE-----";
  const { broker } = readSettings(
    {
      ...minimal,
      MQ_USE_SSL_CERT: pem,
      MQ_USE_SSL_KEY: pem,
      MQ_USE_SSL_PASSPHRASE: "phrase",
      MQ_USE_SSL_REJECT_UNAUTHORIZED: "no",
    },
    {},
  ).opencti;
  expect(broker).toMatchObject({ certificate: pem, verifiesCertificate: false });
  expect(broker.passphrase?.reveal()).toBe("phrase");
});
