import { createHttpHeaders, createPipelineRequest, RestError } from "@azure/core-rest-pipeline";
import { AggregateLogsUploadError } from "@azure/monitor-ingestion";
import { expect, test } from "vitest";
import { TokenError } from "../token-error.ts";
import { readFailure } from "./answer.ts";

const request = createPipelineRequest({ url: "https://logs.example", method: "POST" });
const answered = (status: number, bodyAsText = "", headers: Record<string, string> = {}): RestError => {
  const response = { status, bodyAsText, headers: createHttpHeaders(headers), request };
  return new RestError(`Unexpected status code: ${status}`, { statusCode: status, request, response });
};
const broken = (code: string): RestError => new RestError(`connect ${code}`, { code, request });
const read = (thrown: unknown) => readFailure(thrown, "POST https://logs.example");

test("the message of an aggregate says nothing; its first cause does", () => {
  const causes = [answered(503), answered(413)].map((cause) => ({ cause, failedLogs: [] }));
  expect(read(new AggregateLogsUploadError(causes))).toMatchObject({
    kind: "temporary",
    error: { message: "POST https://logs.example: HTTP 503" },
  });
});

test.each([
  ["ENOTFOUND", /private/],
  ["EAI_AGAIN", /DNS/],
  ["ECONNREFUSED", /firewall/],
  ["ECONNRESET", /sent again/],
  ["EPIPE", /sent again/],
  ["PARSE_ERROR", /sent again/],
])("%s is worth another try", (code, remedy) => {
  expect(read(broken(code))).toMatchObject({ kind: "temporary", error: { remedy: expect.stringMatching(remedy) as string } });
});

test.each(["CERT_HAS_EXPIRED", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID"])(
  "%s is not",
  (code) => {
    expect(read(broken(code))).toMatchObject({
      kind: "failed",
      error: { remedy: expect.stringMatching(/ca_file/) as string },
    });
  },
);

test("a body cut off on the way counts as too large, whatever its status", () => {
  expect(read(answered(400, '{"error":{"code":"ReadyBody_ClientConnectionAbort"}}'))).toEqual({ kind: "too-large" });
});

test("a refusal that names its code in a header only is told by it", () => {
  expect(read(answered(403, "", { "x-ms-error-code": "OperationFailed" }))).toMatchObject({
    error: { message: "POST https://logs.example: HTTP 403: OperationFailed" },
  });
});

test.each([
  Object.assign(new Error("no such identity"), { statusCode: 400 }),
  Object.assign(new Error("refused"), { name: "RestError", statusCode: 413 }),
  broken("ENOTFOUND"),
  "a text",
])("no token (%s): nothing was sent, so it is neither the rows' fault nor the endpoint's", (cause) => {
  expect(read(new TokenError(cause))).toMatchObject({
    kind: "failed",
    error: { message: expect.stringMatching(/^no token for POST/) as string, remedy: expect.stringMatching(/identity/) as string },
  });
});

test.each([new TypeError("a defect"), "a text", undefined, { statusCode: 400 }])("%s is thrown on as it is", (thrown) => {
  let caught: unknown = "nothing";
  try {
    read(thrown);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBe(thrown);
});

test("a token that the answer repeats is not told", () => {
  const headers = createHttpHeaders({ authorization: "Bearer token-of-a-managed-identity" });
  const asked = createPipelineRequest({ url: "https://logs.example", method: "POST", headers });
  const bodyAsText = '{"error":{"code":"Denied","message":"not for token-of-a-managed-identity"}}';
  const response = { status: 403, bodyAsText, headers: createHttpHeaders(), request: asked };
  const thrown = new RestError("Unexpected status code: 403", { statusCode: 403, request: asked, response });
  expect(read(thrown)).toMatchObject({ error: { message: "POST https://logs.example: HTTP 403: Denied: not for [redacted]" } });
});
