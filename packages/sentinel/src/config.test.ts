import { ConfigurationError } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";

const section = { endpoint: "https://x.westeurope-1.ingest.monitor.azure.com", rule_id: `dcr-${"0123456789abcdef".repeat(2)}` };
const parse = (change: Record<string, unknown> = {}) => parseConfig({ ...section, ...change }, "sentinel");

test("the smallest section is an endpoint and a rule", () => {
  expect(parse().threatIntelligence).toBeUndefined();
  expect(parse().logs).toMatchObject({
    ruleId: section.rule_id,
    stream: "Custom-SOCDefendersIndicators_CL",
    cloud: "public",
    clientId: undefined,
    application: undefined,
    ca: undefined,
  });
});

test("an application is an identity of its own, and its secret never prints", () => {
  const { application } = parse({ tenant_id: "t", client_id: "c", client_secret: "s3cret-value" });
  expect(application).toMatchObject({ tenantId: "t", clientId: "c" });
  expect(JSON.stringify(application)).not.toContain("s3cret-value");
  expect(application?.proof).toMatchObject({ clientSecret: { reveal: expect.any(Function) as unknown } });
});

test("an application may prove itself by the token of a federated identity", () => {
  const { application } = parse({ tenant_id: "t", client_id: "c", federated_token_file: "/var/run/token" });
  expect(application).toEqual({ tenantId: "t", clientId: "c", proof: { federatedTokenFile: "/var/run/token" } });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["http", { endpoint: "http://127.0.0.1:9000" }, /sentinel\.endpoint: not an https address/],
  ["a password in the address", { endpoint: "https://u:p@host" }, /sentinel\.endpoint: user name or password/],
  ["the name of a rule", { rule_id: "my-rule" }, /sentinel\.rule_id: not the immutable id/],
  ["a table name as stream", { stream: "SOCDefendersIndicators_CL" }, /sentinel\.stream: not a stream name/],
  ["an unknown cloud", { cloud: "moon" }, /sentinel\.cloud/],
  ["a workspace name", { workspace_id: "my-workspace" }, /sentinel\.workspace_id/],
  ["half an application", { tenant_id: "t", client_id: "c" }, /needs sentinel.tenant_id and sentinel.client_id, and either/],
  [
    "an application with two proofs",
    { tenant_id: "t", client_id: "c", client_secret: "s", federated_token_file: "f" },
    /either sentinel.client_secret or sentinel.federated_token_file/,
  ],
  [
    "the destination of a later version",
    { destinations: ["logs", "threat-intelligence"] },
    /threat-intelligence is not in this version yet/,
  ],
  ["no destination", { destinations: [] }, /sentinel\.destinations/],
  ["a misspelt key", { rule: "x" }, /unknown key sentinel\.rule \(did you mean rule_id\?\)/],
])("refuses %s", (_, change, message) => {
  expect(() => parse(change)).toThrow(ConfigurationError);
  expect(() => parse(change)).toThrow(message);
});
