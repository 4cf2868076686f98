import type { HttpResponse } from "@socdefenders/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readAnswer } from "./answer.ts";

const answer = (status: number, text = "", headers: Record<string, string> = {}): HttpResponse => ({
  status,
  text,
  header: (name) => headers[name],
  headerValues: (name) => [headers[name] ?? []].flat(),
});
const read = (status: number, body: unknown, count = 4, headers?: Record<string, string>) =>
  readAnswer(answer(status, typeof body === "string" ? body : JSON.stringify(body), headers), count, "POST https://x");
const idMissing = ["Error for Property=id: Required property is missing. Actual value: NULL."];

test.each([[""], [" \n"], ["{}"], ['{"errors":[]}'], ['{"errors":null}']])("200 with %j: all are taken", (body) => {
  expect(read(200, body)).toEqual({ kind: "taken", refused: new Map() });
});

test("200 with errors: those places are refused, without the value that differs from one to the next; the others are taken", () => {
  expect(read(200, { errors: [{ recordIndex: 3, errorMessages: idMissing }] })).toEqual({
    kind: "taken",
    refused: new Map([[3, "Error for Property=id: Required property is missing."]]),
  });
});

test.each([
  [400, "<html>Bad Request</html>"],
  [413, ""],
])("%i with %j for an empty list is a proxy's and proves nothing; for objects it may be theirs", (status, body) => {
  expect(read(status, body, 0)).toMatchObject({ kind: "failed", error: { remedy: expect.stringMatching(/proxy/) as string } });
  expect(read(status, body)).toMatchObject({ kind: "unclear" });
});

test.each([[""], ['{"message":"stixobjects is empty"}']])("400 with %j for an empty list is the service's own", (body) => {
  expect(read(400, body, 0)).toMatchObject({ kind: "unclear" });
});

test("several errors for one place are one refusal; one without a message is one too", () => {
  const errors = [{ recordIndex: 0, errorMessages: ["a", "b"] }, { recordIndex: 0, errorMessages: ["c"] }, { recordIndex: 1 }];
  expect(read(200, { errors })).toEqual({
    kind: "taken",
    refused: new Map([
      [0, "a; b; c"],
      [1, "refused by the upload API without a reason"],
    ]),
  });
});

test.each([[{ recordIndex: 4 }], [{ recordIndex: -1 }], [{ recordIndex: "1" }], [{ recordIndex: 1.5 }], [{}]])(
  "200 with an error of %j, which is no place: nothing counts as taken",
  (place) => {
    const errors = [
      { recordIndex: 0, errorMessages: ["a"] },
      { ...place, errorMessages: ["who?"] },
    ];
    expect(read(200, { errors })).toEqual({ kind: "unclear", reason: "a; who?" });
  },
);

test.each([null, "bad", 7, [], {}])(
  "200 with the error %j, which cannot be read, leaves open which object it is about",
  (error) => {
    const unnamed = "refused by the upload API without a reason";
    expect(read(200, { errors: [error] })).toEqual({ kind: "unclear", reason: unnamed });
    expect(read(200, { errors: "none" })).toEqual({ kind: "unclear", reason: unnamed });
    expect(read(200, { errors: [{ recordIndex: 0, errorMessages: ["a"] }, error] }, 1)).toEqual({ kind: "unclear", reason: "a" });
  },
);

test.each([
  ["a page", "<!doctype html><html><body>Sign in to the network</body></html>"],
  ["half of an answer", '{"errors":[{"recordIndex":0,"errorMe'],
  ["another service's", '{"status":"ok"}'],
  ["a list", "[]"],
  ["a text", '"ok"'],
])("200 with %s is no answer of the service: it is asked again, and nothing counts as taken", (_, body) => {
  expect(read(200, body)).toMatchObject({
    kind: "temporary",
    error: { remedy: expect.stringMatching(/proxy in between/) as string },
  });
});

test("400 that names every object refuses them all; any other leaves open which one it is about", () => {
  const errors = [0, 1].map((recordIndex) => ({ recordIndex, errorMessages: ["bad"] }));
  expect(read(400, { errors }, 2)).toEqual({
    kind: "taken",
    refused: new Map([
      [0, "bad"],
      [1, "bad"],
    ]),
  });
  expect(read(400, { errors }, 3)).toEqual({ kind: "unclear", reason: "HTTP 400: bad" });
  expect(read(400, { message: "Bad format" })).toEqual({ kind: "unclear", reason: "HTTP 400: Bad format" });
  expect(read(400, "<html>")).toEqual({ kind: "unclear", reason: "HTTP 400" });
  expect(read(400, "", 0)).toEqual({ kind: "unclear", reason: "HTTP 400" });
});

test.each([
  [{ statusCode: 429, message: "Rate limit is exceeded. Try again in 17 seconds." }, {}, 17_000],
  [{ statusCode: 429, message: "Rate limit is exceeded. Try again in 17 seconds." }, { "retry-after": "5" }, 5000],
  [{ statusCode: 429, message: "Rate limit is exceeded. Try again in 0 seconds." }, {}, 1000],
  ["", {}, 60_000],
])("429 with %j and %j waits as long as it says, the whole minute where it says nothing", (body, headers, waitMs) => {
  expect(read(429, body, 4, headers)).toMatchObject({ kind: "throttled", waitMs });
});

test.each([
  [401, "unauthorised", /Microsoft Sentinel Contributor.*30 minutes/],
  [403, "failed", /Microsoft Sentinel Contributor.*30 minutes/],
  [404, "failed", /workspace_id/],
  [301, "failed", /threat_intelligence_endpoint/],
  [204, "failed", /threat_intelligence_endpoint/],
  [408, "temporary", /run again/],
  [500, "temporary", /run again/],
  [503, "temporary", /run again/],
])("%d is %s, with advice and in the service's words", (status, kind, remedy) => {
  expect(read(status, { statusCode: status, message: "so it is" })).toMatchObject({
    kind,
    error: { message: `POST https://x: HTTP ${status}: so it is`, exitCode: 4, remedy: expect.stringMatching(remedy) as string },
  });
});

test("for any places named: all of them in the request are refused and the rest is taken, or nothing counts as taken", () => {
  const property = fc.property(fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 6 }), (places) => {
    const verdict = read(200, { errors: places.map((recordIndex) => ({ recordIndex, errorMessages: ["bad"] })) });
    const isKnown = places.every((place) => place >= 0 && place < 4);
    const refused = verdict.kind === "taken" ? [...verdict.refused.keys()].toSorted() : "unclear";
    expect(refused).toEqual(isKnown ? [...new Set(places)].toSorted() : "unclear");
  });
  fc.assert(property);
});

test("a text that is no answer of the service is never success", () => {
  const foreign = fc.oneof(fc.string(), fc.json()).filter((text) => !["", "{}"].includes(text.trim()));
  const property = fc.property(foreign, (text) => {
    expect(read(200, text).kind).toBe("temporary");
  });
  fc.assert(property);
});
