import { expect, onTestFinished, test } from "vitest";
import { startOpencti, type OpenctiOptions, type RunningOpencti } from "./opencti.ts";

const token = "a-token-of-a-user";

async function start(options: Partial<OpenctiOptions> = {}): Promise<RunningOpencti> {
  const platform = await startOpencti({ token, ...options });
  onTestFinished(() => platform.close());
  return platform;
}

async function call(platform: RunningOpencti, query: string, variables: object = {}, bearer: string = token): Promise<unknown> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const response = await fetch(`${platform.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  expect(response.status).toBe(200);
  return response.json();
}

const push = `mutation ($bundle: String!) { stixBundlePush(connectorId: "c", bundle: $bundle) }`;
const identity = { type: "identity", id: "identity--00000000-0000-4000-8000-000000000001" };
const indicator = {
  type: "indicator",
  id: "indicator--00000000-0000-4000-8000-000000000002",
  name: "Malicious address",
  pattern: "[ipv4-addr:value = '198.51.100.1']",
  pattern_type: "stix",
  valid_from: "2026-05-16T08:00:00Z",
  created_by_ref: identity.id,
};

test("errors are HTTP 200: an unknown token, an unknown field, a connector that is not registered", async () => {
  const platform = await start();
  const error = (message: string) => ({ errors: [expect.objectContaining({ message: expect.stringContaining(message) })] });
  expect(await call(platform, "{ about { version } }", {}, "another")).toMatchObject(error("You must be logged in"));
  expect(await call(platform, "{ about { versions } }")).toMatchObject(error("Cannot query field"));
  expect(await call(platform, `mutation { pingConnector(id: "c", state: "") { id } }`)).toMatchObject(error("No connector found"));
});

test("the first ping after a reset does not bring the state back", async () => {
  const platform = await start();
  await call(platform, `mutation { registerConnector(input: { id: "c", name: "Connector", type: EXTERNAL_IMPORT }) { id } }`);
  const ping = `mutation { pingConnector(id: "c", state: "old") { connector_state } }`;
  expect(await call(platform, ping)).toEqual({ data: { pingConnector: { connector_state: "old" } } });
  platform.resetState("c");
  expect(await call(platform, ping)).toEqual({ data: { pingConnector: { connector_state: "" } } });
  expect(await call(platform, ping)).toEqual({ data: { pingConnector: { connector_state: "old" } } });
});

test.each([
  ["an id that is no UUID", { id: "indicator--x" }, "not a valid STIX ID"],
  ["a reference to nothing", { created_by_ref: "identity--00000000-0000-4000-8000-00000000000f" }, "MISSING_REFERENCE_ERROR"],
  ["a name of one letter", { name: "x" }, "name"],
  ["no pattern type", { pattern_type: undefined }, "pattern_type"],
  ["an end before the start", { valid_until: "2020-01-01T00:00:00Z" }, "valid_until"],
])("an indicator with %s becomes an error of its work, the rest is stored", async (_, change, error) => {
  const platform = await start();
  const bundle = JSON.stringify({ type: "bundle", objects: [identity, { ...indicator, ...change }] });
  expect(await call(platform, push, { bundle })).toEqual({ data: { stixBundlePush: true } });
  const { identities, indicators, works } = platform.received();
  expect([identities.size, indicators.size]).toEqual([1, 0]);
  expect(works).toMatchObject([{ status: "complete", expected: 2, processed: 2, errors: [expect.stringContaining(error)] }]);
});

test("what is right is stored once under its id", async () => {
  const platform = await start();
  const bundle = JSON.stringify({ type: "bundle", objects: [indicator, identity] });
  await call(platform, push, { bundle });
  await call(platform, push, { bundle });
  expect(platform.received().indicators).toEqual(new Set([indicator.id]));
  expect(platform.received().objects.size).toBe(2);
});
