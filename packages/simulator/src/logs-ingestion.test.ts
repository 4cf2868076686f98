import { request } from "node:https";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCertificate, type LocalCertificate } from "./certificate.ts";
import { startLogsIngestion, type RunningLogsIngestion } from "./logs-ingestion.ts";
import { startManagedIdentity, type RunningManagedIdentity } from "./managed-identity.ts";

let certificate: LocalCertificate;
let identity: RunningManagedIdentity;
let logs: RunningLogsIngestion;
let token: string;

beforeAll(async () => {
  certificate = await createCertificate();
  identity = await startManagedIdentity({ clientIds: ["known"] });
  logs = await startLogsIngestion({
    tls: certificate,
    ruleId: "dcr-1",
    streams: { "Custom-A_CL": ["IndicatorId"] },
    audienceOf: identity.audienceOf,
  });
  token = (await askToken("resource=https%3A%2F%2Fmonitor.azure.com")).access_token;
});

afterAll(async () => {
  await Promise.all([identity.close(), logs.close()]);
});

async function askToken(
  query: string,
  header = identity.environment.IDENTITY_HEADER,
): Promise<{ status: number; access_token: string }> {
  const url = `${identity.environment.IDENTITY_ENDPOINT}?api-version=2019-08-01&${query}`;
  const answer = await fetch(url, { headers: { "x-identity-header": header } });
  return { ...((await answer.json()) as { access_token: string }), status: answer.status };
}

const path = "/dataCollectionRules/dcr-1/streams/Custom-A_CL?api%2Dversion=2023-01-01";

async function post(
  body: unknown,
  { to = path, bearer = token }: { to?: string; bearer?: string } = {},
): Promise<{ status: number | undefined; body: string }> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json", "content-encoding": "gzip" };
  const outgoing = request(`${logs.url}${to}`, { method: "POST", headers, ca: certificate.ca });
  outgoing.end(gzipSync(JSON.stringify(body)));
  return new Promise((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once(
      "response",
      (response) => void text(response).then((answer) => resolve({ status: response.statusCode, body: answer }), reject),
    );
  });
}

test("stores the declared columns of every row and counts distinct indicators", async () => {
  const before = logs.received();
  expect((await post([{ IndicatorId: "a", Undeclared: 1 }, { IndicatorId: "a" }, { IndicatorId: "b" }])).status).toBe(204);
  expect(logs.rows()).toEqual([{ IndicatorId: "a" }, { IndicatorId: "a" }, { IndicatorId: "b" }]);
  expect(logs.received()).toEqual({ rows: 3, indicators: 2, calls: before.calls + 1 });
});

test.each<[string, unknown, { to?: string; bearer?: string }, number, string]>([
  ["an unknown token", [], { bearer: "unknown" }, 401, "InvalidToken"],
  ["an unknown rule", [], { to: path.replace("dcr-1", "dcr-2") }, 404, "NotFound"],
  ["an unknown stream", [], { to: path.replace("_A", "_B").replace("Custom-A", "Custom-B") }, 400, "InvalidStream"],
  ["another version", [], { to: path.replace("2023", "2022") }, 400, "InvalidApiVersion"],
  ["a body that is no list", { IndicatorId: "a" }, {}, 400, "InvalidPayload"],
  ["a body over 1 MB before compression", [{ IndicatorId: "x".repeat(1_100_000) }], {}, 413, "ContentLengthLimitExceeded"],
])("refuses %s", async (_, body, options, status, code) => {
  const { rows } = logs.received();
  const answer = await post(body, options);
  expect(answer).toMatchObject({ status, body: expect.stringContaining(code) as string });
  expect(logs.received().rows).toBe(rows);
});

test("refuses a token for another service", async () => {
  const other = await askToken("resource=https%3A%2F%2Fvault.azure.net");
  expect(await post([], { bearer: other.access_token })).toMatchObject({
    status: 401,
    body: expect.stringContaining("InvalidTokenAudience") as string,
  });
});

test("the identity answers its own process only, and for identities it has", async () => {
  expect((await askToken("resource=r", "guessed")).status).toBe(401);
  expect((await askToken("")).status).toBe(400);
  expect((await askToken("resource=r&client_id=unknown")).status).toBe(400);
  expect((await askToken("resource=r&client_id=known")).status).toBe(200);
});
