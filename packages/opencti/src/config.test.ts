import { ConfigurationError } from "@socdefenders/shared";
import { describe, expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const minimal = { url: "http://opencti:8080", token: "a-token-of-a-user", connector_id: "1A2B3C4D-0000-4000-8000-5E6F7A8B9C0D" };

test("what is not given has a default", () => {
  const config = parseConfig(minimal, "opencti");
  expect(config).toMatchObject({ connectorName: "SOC Defenders", queueProtocol: "amqp", createObservables: false });
  expect(config.connectorId).toBe("1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d");
  expect(JSON.stringify(config)).not.toContain(minimal.token);
});

test("the broker's address and account may be replaced", () => {
  const { broker } = parseConfig(
    { ...minimal, mq: { host: "mq.example", port: 5671, use_ssl: true, pass: "broker-password" } },
    "opencti",
  );
  expect(broker).toMatchObject({ host: "mq.example", port: 5671, useTls: true });
  expect(broker.password?.reveal()).toBe("broker-password");
});

test("certificates for the broker are given as files or as they are, and are verified unless said otherwise", () => {
  const [certificate, key] = ["-----BEGIN CERTIFICATE-----\nQ\n", "-----BEGIN PRIVATE KEY-----\nS2V5\n"];
  const { broker } = parseConfig({ ...minimal, mq: { cert_file: certificate, key_file: key, passphrase: "phrase" } }, "opencti");
  expect(broker).toMatchObject({ certificate, verifiesCertificate: true });
  expect([broker.key?.reveal(), broker.passphrase?.reveal()]).toEqual([key, "phrase"]);
  expect(parseConfig(minimal, "opencti").broker.verifiesCertificate).toBe(true);
});

test("bundles go to the queue, to a directory or to both", () => {
  expect(parseConfig(minimal, "opencti")).toMatchObject({ sendsToQueue: true, directory: undefined });
  expect(parseConfig({ ...minimal, send_to_queue: false, directory: { path: "/out" } }, "opencti")).toMatchObject({
    sendsToQueue: false,
    directory: { path: "/out", retention_days: 7 },
  });
});

describe("refuses", () => {
  test.each([
    ["a certificate without its key", { mq: { cert_file: "-----BEGIN CERTIFICATE-----" } }, "both cert_file and key_file"],
    ["nowhere to send to", { send_to_queue: false }, "nothing would be sent anywhere"],
    ["the token of the samples", { token: "ChangeMe" }, "opencti.token is still ChangeMe"],
    ["no token", { token: undefined }, "opencti.token is missing"],
    ["an id that is no UUID", { connector_id: "socdefenders" }, "opencti.connector_id"],
    ["an address that is none", { url: "opencti:8080" }, "opencti.url"],
    ["a password in the address", { url: "http://me:secret@opencti:8080" }, "opencti.url"],
    ["an unknown protocol", { queue_protocol: "s3" }, "opencti.queue_protocol"],
    ["an unknown key", { connectorid: "x" }, "did you mean connector_id?"],
    ["an unknown key of the broker", { mq: { hots: "x" } }, "unknown key opencti.mq.hots"],
  ])("%s", (_, change, message) => {
    const parse = () => parseConfig({ ...minimal, ...change }, "opencti");
    expect(parse).toThrow(ConfigurationError);
    expect(parse).toThrow(message);
  });
});
