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
  expect(settings).toMatchObject({ periodMs: 3_600_000, queueThresholdMegabytes: 500, logLevel: "error" });
  expect(settings.opencti).toMatchObject({ importExpired: false, importArticles: false, articleTlp: "TLP:GREEN" });
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
      SOCDEFENDERS_DETECTION: "true",
      SOCDEFENDERS_IMPORT_ARTICLES: "true",
      SOCDEFENDERS_ARTICLE_TLP: "tlp:amber+strict",
      SOCDEFENDERS_MIN_CONFIDENCE: "70",
      HTTPS_CA_CERTIFICATES: "-----BEGIN CERTIFICATE-----",
    },
    {},
  );
  expect(settings.opencti).toMatchObject({
    queueProtocol: "api",
    createObservables: true,
    detection: true,
    ca: "-----BEGIN CERTIFICATE-----",
  });
  expect(settings.opencti.broker).toMatchObject({ host: "mq.example", port: 5671, useTls: true });
  expect(settings).toMatchObject({
    feed: { collections: ["one", "two"] },
    opencti: { importArticles: true, articleTlp: "TLP:AMBER+STRICT" },
  });
  expect(settings.filter?.identity).toMatch(/^[0-9a-f]{16}$/);
});

test("the platform's own ways: certificates unverified by name only, headers for a proxy before it, log lines for people", () => {
  expect(readSettings(minimal, {}).opencti).toMatchObject({ verifiesCertificate: true, customHeaders: {} });
  const { opencti, logsJson } = readSettings(
    { ...minimal, OPENCTI_SSL_VERIFY: "false", OPENCTI_CUSTOM_HEADERS: "X-One: a:b; X-Two:c;", OPENCTI_JSON_LOGGING: "no" },
    {},
  );
  expect(opencti.verifiesCertificate).toBe(false);
  expect(Object.entries(opencti.customHeaders).map(([name, value]) => [name, value.reveal()])).toEqual([
    ["x-one", "a:b"],
    ["x-two", "c"],
  ]);
  expect(logsJson).toBe(false);
});

test("a custom header without a name is refused and not shown: it may be the secret itself", () => {
  const read = () => readSettings({ ...minimal, OPENCTI_CUSTOM_HEADERS: "X-One:1;only-the-secret" }, {});
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(/^(?!.*only-the-secret).*OPENCTI_CUSTOM_HEADERS/s);
});

test("variables of other times are taken or warned of", () => {
  const settings = readSettings({ ...minimal, QUEUE_PROTOCOL: "api", CONNECTOR_CONFIDENCE_LEVEL: "80" }, {});
  expect(settings.opencti.queueProtocol).toBe("api");
  expect(settings.warnings).toEqual([
    expect.stringMatching(/^QUEUE_PROTOCOL: /),
    expect.stringMatching(/^CONNECTOR_CONFIDENCE_LEVEL: /),
  ]);
});

test("metrics and health are served only where they are asked for", () => {
  expect(readSettings({ ...minimal, CONNECTOR_METRICS_PORT: "9000" }, {}).observation).toMatchObject({
    metricsPort: 0,
    healthPort: 0,
  });
  const { observation } = readSettings({ ...minimal, CONNECTOR_EXPOSE_METRICS: "true", SOCDEFENDERS_HEALTH_PORT: "8080" }, {});
  expect(observation).toEqual({
    metricsPort: 9095,
    metricsNamespace: "",
    metricsSubsystem: "",
    healthPort: 8080,
    listenAddress: "127.0.0.1",
  });
});

test("without a filter's variable nothing is held back; one of them alone does not begin to hold back reserved addresses", () => {
  expect(readSettings({ ...minimal, SOCDEFENDERS_START: "P1D" }, {}).filter).toBeUndefined();
  const reserved = { type: "indicator", id: "indicator--00000000-0000-4000-8000-000000000000", created: "2026-01-01T00:00:00Z" };
  const indicator = {
    ...reserved,
    modified: "2026-01-01T00:00:00Z",
    pattern: "[ipv4-addr:value = '10.0.0.1']",
    pattern_type: "stix",
    valid_from: "2026-01-01T00:00:00Z",
    confidence: 90,
  };
  const items = (change: Record<string, string>) =>
    readSettings({ ...minimal, ...change }, {}).filter?.(() => ({ kind: "items", items: [1] }))(indicator, { collection: "all" })
      .kind;
  expect(items({ SOCDEFENDERS_MIN_CONFIDENCE: "50" })).toBe("items");
  expect(items({ SOCDEFENDERS_RESERVED_ADDRESSES: "exclude" })).toBe("skipped");
});

describe("names the variable that is wrong", () => {
  test.each([
    ["OPENCTI_TOKEN", { OPENCTI_TOKEN: " " }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "hourly" }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "2026-01-01T00:00:00Z" }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "-PT1H" }],
    ["CONNECTOR_DURATION_PERIOD", { CONNECTOR_DURATION_PERIOD: "PT1H or so" }],
    ["HTTPS_CA_CERTIFICATES", { HTTPS_CA_CERTIFICATES: "/nowhere/authority.pem" }],
    ["CONNECTOR_QUEUE_THRESHOLD", { CONNECTOR_QUEUE_THRESHOLD: "0" }],
    ["CONNECTOR_METRICS_NAMESPACE", { CONNECTOR_METRICS_NAMESPACE: "soc-defenders" }],
    ["CONNECTOR_METRICS_SUBSYSTEM", { CONNECTOR_METRICS_SUBSYSTEM: "1st" }],
    ["CONNECTOR_LOG_LEVEL", { CONNECTOR_LOG_LEVEL: "loud" }],
    ["CONNECTOR_RUN_AND_TERMINATE", { CONNECTOR_RUN_AND_TERMINATE: "maybe" }],
    ["SOCDEFENDERS_MIN_CONFIDENCE", { SOCDEFENDERS_MIN_CONFIDENCE: "101" }],
    ["SOCDEFENDERS_ARTICLE_TLP", { SOCDEFENDERS_ARTICLE_TLP: "TLP:ORANGE" }],
    ["CONNECTOR_QUEUE_THRESHOLD", { CONNECTOR_QUEUE_THRESHOLD: "much" }],
    ["CONNECTOR_TYPE", { CONNECTOR_TYPE: "STREAM" }],
    ["CONNECTOR_SEND_TO_S3", { CONNECTOR_SEND_TO_S3: "true" }],
    ["CONNECTOR_VALIDATE_BEFORE_IMPORT", { CONNECTOR_VALIDATE_BEFORE_IMPORT: "true" }],
    ["SOCDEFENDERS_MAX_TLP", { SOCDEFENDERS_MAX_TLP: "TLP:PINK" }],
    ["SOCDEFENDERS_PAGE_SIZE", { SOCDEFENDERS_PAGE_SIZE: "5000" }],
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

test("metrics and health are for this machine alone unless the operator says otherwise", () => {
  const addressOf = (address: string) =>
    readSettings({ ...minimal, SOCDEFENDERS_LISTEN_ADDRESS: address }, {}).observation.listenAddress;
  expect(["", "192.0.2.7", "::1", "*"].map(addressOf)).toEqual(["127.0.0.1", "192.0.2.7", "::1", undefined]);
  expect(() => addressOf("localhost")).toThrow("SOCDEFENDERS_LISTEN_ADDRESS: localhost is no address");
});
