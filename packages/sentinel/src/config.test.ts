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
  ["threat intelligence without a workspace", { destinations: ["threat-intelligence"] }, /sentinel\.workspace_id is missing/],
  ["no destination", { destinations: [] }, /sentinel\.destinations/],
  ["a misspelt key", { rule: "x" }, /unknown key sentinel\.rule \(did you mean rule_id\?\)/],
])("refuses %s", (_, change, message) => {
  expect(() => parse(change)).toThrow(ConfigurationError);
  expect(() => parse(change)).toThrow(message);
});

const workspaceId = "11111111-2222-4333-8444-555555555555";
const parseStore = (change: Record<string, unknown> = {}) =>
  parseConfig({ destinations: ["threat-intelligence"], workspace_id: workspaceId, ...change }, "sentinel").threatIntelligence;

test("threat intelligence needs a workspace and nothing of the other destination", () => {
  expect(parseStore()).toMatchObject({
    endpoint: new URL("https://api.ti.sentinel.azure.com"),
    workspaceId,
    compound: "split",
    lifetimeDays: { ipv4: 30, domain: 90, sha256: 365, pattern: 90 },
  });
  expect(parseStore({ cloud: "china" })?.endpoint.origin).toBe("https://api.ti.sentinel.azure.cn");
});

test("both destinations at once, each with the same identity", () => {
  const both = parse({ destinations: ["logs", "threat-intelligence"], workspace_id: workspaceId, client_id: "c" });
  expect(both.logs?.clientId).toBe("c");
  expect(both.threatIntelligence?.clientId).toBe("c");
});

test("lifetimes as a map or as a setting writes them, over the defaults", () => {
  const expected = { ipv4: 7, domain: 14, url: 90 };
  expect(parseStore({ threat_intelligence_lifetime_days: { ipv4: 7, domain: 14 } })?.lifetimeDays).toMatchObject(expected);
  expect(parseStore({ threat_intelligence_lifetime_days: "ipv4=7, domain = 14," })?.lifetimeDays).toMatchObject(expected);
});

test("the upload API may be on this machine without TLS", () => {
  expect(parseStore({ threat_intelligence_endpoint: "http://127.0.0.1:9000" })?.endpoint.port).toBe("9000");
});

test.each<[string, Record<string, unknown>, RegExp]>([
  ["a path", { threat_intelligence_endpoint: "https://x/workspaces" }, /threat_intelligence_endpoint: more than scheme and host/],
  ["http elsewhere", { threat_intelligence_endpoint: "http://10.1.2.3" }, /would send the credential in clear/],
  [
    "an unknown type",
    { threat_intelligence_lifetime_days: { ipv: 1 } },
    /unknown key sentinel\.threat_intelligence_lifetime_days\.ipv \(did you mean ipv[46]\?\)/,
  ],
  ["no number", { threat_intelligence_lifetime_days: "ipv4=month" }, /lifetime_days\.ipv4: not a number of days/],
  ["half a day", { threat_intelligence_lifetime_days: { url: 0.5 } }, /lifetime_days\.url: not a whole number of days/],
  ["no days", { threat_intelligence_lifetime_days: { url: 0 } }, /lifetime_days\.url/],
  ["an unknown way", { threat_intelligence_compound: "merge" }, /sentinel\.threat_intelligence_compound/],
])("for threat intelligence refuses %s", (_, change, message) => {
  expect(() => parseStore(change)).toThrow(ConfigurationError);
  expect(() => parseStore(change)).toThrow(message);
});
