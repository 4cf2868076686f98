import { silentLogger, TargetError } from "@socdefenders/shared";
import { listen } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { parseConfig } from "../config.ts";
import { readVersion } from "./documents.ts";
import { createGraphql } from "./graphql.ts";

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";

async function ask(status: number, answer: unknown): Promise<unknown> {
  const server = await listen((_, response) => void response.writeHead(status).end(JSON.stringify(answer)));
  const config = parseConfig({ url: server.url, token, connector_id: connectorId }, "opencti");
  const policy = { attempts: 1, baseMs: 0, maximumMs: 0, repeatUnknown: true };
  const graphql = createGraphql(config, { log: silentLogger, userAgent: "test" }, policy);
  onTestFinished(async () => {
    await graphql.close();
    await server.close();
  });
  return graphql.call(readVersion, {}).catch((error: unknown) => error);
}

test.each([
  ["without data, as before execution", 400, { errors: [{ message: "Cannot query field", name: "VALIDATION" }] }],
  ["beside data", 200, { data: { about: { version: "7" } }, errors: [{ message: "Cannot query field", name: "VALIDATION" }] }],
  [
    "named among the extensions",
    200,
    { data: null, errors: [{ message: "Cannot query field", extensions: { code: "VALIDATION" } }] },
  ],
  [
    "with members that are null",
    500,
    { errors: [{ message: "Cannot query field", name: null, extensions: { code: "VALIDATION", data: null } }] },
  ],
])("an error %s is told in the platform's words", async (_, status, answer) => {
  const failure = await ask(status, answer);
  expect(failure).toBeInstanceOf(TargetError);
  expect(failure).toMatchObject({ message: expect.stringContaining("VALIDATION: Cannot query field") });
});

test("an error that echoes the token does not show it", async () => {
  const failure = await ask(200, { errors: [{ message: `Authorization: Bearer ${token}`, name: null, extensions: null }] });
  expect(failure).toMatchObject({ message: expect.stringContaining("error: Authorization") });
  expect(String(failure)).not.toContain(token);
});

test("no errors, written as null, are none", async () => {
  expect(await ask(200, { data: { about: { version: "7.1.0" } }, errors: null })).toEqual({ about: { version: "7.1.0" } });
});
