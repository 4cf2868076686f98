import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@socdefenders/shared";
import nock from "nock";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { parseLogsConfig } from "./logs/config.test.section.ts";
import { row } from "./sink.test.setting.ts";
import { createSink } from "./sink.ts";

// An application's token comes from a fixed public address, and some errors of a connection cannot be had from a real server: nock.
const ruleId = `dcr-${"0123456789abcdef".repeat(2)}`;
const endpoint = "https://dcr.example";
const path = new RegExp(`^/dataCollectionRules/${ruleId}/streams/Custom-SOCDefendersIndicators_CL`);
const retryPolicy = { attempts: 3, baseMs: 1, maximumMs: 2, repeatUnknown: true };
const pattern = row(0, { ObservableKey: "", ObservableValue: "", IocType: "pattern", Pattern: "[x:y = 1]", Tags: [] });

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

function open(tenant: string) {
  const config = parseLogsConfig({ endpoint, rule_id: ruleId, tenant_id: tenant, client_id: "app", client_secret: "app-secret" });
  return createSink(config, { log: silentLogger, userAgent: "test" }, { retryPolicy });
}

/** What Microsoft Entra answers an application of this tenant that asks for a token. */
function tenantAnswers(tenant: string, status: number, answer: Record<string, unknown>): void {
  const asked = (body: Record<string, string>) =>
    body["client_secret"] === "app-secret" && body["scope"]?.startsWith("https://monitor.azure.com/.default") === true;
  nock("https://login.microsoftonline.com")
    .post(new RegExp(`^/${tenant}/oauth2/v2\\.0/token`), asked)
    .reply(status, answer);
}

const granted = { token_type: "Bearer", expires_in: 3600, access_token: "application-token" };
const never = new AbortController().signal;
const connectionError = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

test("sends with the token of an application", async () => {
  tenantAnswers("tenant-one", 200, granted);
  const upload = nock(endpoint, { reqheaders: { authorization: "Bearer application-token" } })
    .post(path)
    .reply(204);
  expect(await open("tenant-one").write([pattern], never)).toEqual([]);
  upload.done();
});

test("sends with the token of a federated identity, which needs no secret", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sentinel-federated-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "token");
  await writeFile(file, "token-of-the-cluster");
  nock("https://login.microsoftonline.com")
    .post(
      /^\/tenant-five\/oauth2\/v2\.0\/token/,
      (body: Record<string, string>) => body["client_assertion"] === "token-of-the-cluster",
    )
    .reply(200, granted);
  const upload = nock(endpoint, { reqheaders: { authorization: "Bearer application-token" } })
    .post(path)
    .reply(204);
  const section = { endpoint, rule_id: ruleId, tenant_id: "tenant-five", client_id: "app", federated_token_file: file };
  const sink = createSink(parseLogsConfig(section), { log: silentLogger, userAgent: "test" }, { retryPolicy });
  expect(await sink.write([pattern], never)).toEqual([]);
  upload.done();
});

test("a wrong secret is an error with advice, and shows none of it", async () => {
  tenantAnswers("tenant-two", 401, {
    error: "invalid_client",
    error_description: "AADSTS7000215: Invalid client secret provided.",
  });
  const failure = open("tenant-two").write([pattern], never);
  await expect(failure).rejects.toMatchObject({ exitCode: 4, remedy: expect.stringMatching(/client_secret/) as string });
  await expect(failure).rejects.toThrow(/AADSTS7000215/);
  await expect(failure).rejects.not.toThrow(/app-secret/);
});

test("tries again after errors of the connection that the SDK does not repeat", async () => {
  tenantAnswers("tenant-three", 200, granted);
  const upload = nock(endpoint)
    .post(path)
    .replyWithError(connectionError("EPIPE"))
    .post(path)
    .replyWithError(connectionError("EAI_AGAIN"))
    .post(path)
    .reply(204);
  expect(await open("tenant-three").write([pattern], never)).toEqual([]);
  upload.done();
});

test("an answer that is no JSON is still told by its status", async () => {
  tenantAnswers("tenant-four", 200, granted);
  nock(endpoint).post(path).reply(403, "<html>Forbidden</html>", { "content-type": "text/html" });
  await expect(open("tenant-four").write([pattern], never)).rejects.toThrow(/^POST https:.*HTTP 403/);
});
