import { expect, test } from "vitest";
import { parseFeedConfig, startTime } from "../taxii/config.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { parseConfiguration } from "./load.ts";

const feed = { endpoint: "https://feed.example/taxii2", api_key: "sk_live_secret_key_1" };
const failure = (action: () => unknown): ConfigurationError => {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error("no error");
};

test("puts environment variables into values, never into the structure", () => {
  const content = parseConfiguration("a: ${A}\nb: [x-${A}-y]\nd: {e: ${A}}", { A: "1\nc: 2" }, "config.yaml");
  expect(content).toEqual({ a: "1\nc: 2", b: ["x-1\nc: 2-y"], d: { e: "1\nc: 2" } });
});

test("names every unset variable and says what to do", () => {
  const error = failure(() => parseConfiguration("a: ${ONE}\nb: ${TWO}${ONE}", {}, "config.yaml"));
  expect(error.message).toBe("config.yaml: environment variable not set: ONE, TWO");
  expect(error.remedy).toContain("Set ONE, TWO");
});

test("points to the line of broken YAML without showing it", () => {
  const { message } = failure(() => parseConfiguration("a: 1\napi_key: [sk_live_secret_key_1\nb: 2", {}, "config.yaml"));
  expect(message).toMatch(/^config\.yaml: .*line \d/);
  expect(message).not.toContain("secret_key");
});

test("a key without a value is not set, an unknown one is still an error", () => {
  expect(parseFeedConfig({ ...feed, ca_file: null, start: null }).start).toBe("P30D");
  expect(failure(() => parseFeedConfig({ ...feed, page_sise: null })).message).toContain("did you mean page_size?");
});

test("an unknown key comes with the nearest known one", () => {
  expect(failure(() => parseFeedConfig({ ...feed, colections: ["*"] })).message).toBe(
    "unknown key feed.colections (did you mean collections?)",
  );
});

test("names a missing key", () => {
  expect(failure(() => parseFeedConfig({ api_key: "x".repeat(8) })).message).toBe("feed.endpoint is missing");
  expect(failure(() => parseFeedConfig({ endpoint: feed.endpoint })).message).toBe("feed.api_key is missing");
});

test.each([
  [{ ...feed, endpoint: "http://feed.example/" }, "feed.endpoint: http:// to feed.example would send the credential in clear"],
  [{ ...feed, endpoint: "https://me:pass@feed.example/" }, "feed.endpoint: user name or password inside the address"],
  [{ ...feed, start: "30 days" }, "feed.start: neither a duration nor a time: 30 days"],
  [{ ...feed, api_key_file: "/nowhere" }, "feed.api_key and feed.api_key_file are both given"],
  [{ ...feed, auth: "basic" }, "feed.username is missing"],
  [{ ...feed, page_size: 5000 }, /^feed\.page_size: /],
])("refuses %j", (input, message) => {
  const error = failure(() => parseFeedConfig(input));
  expect(error.message).toMatch(message);
  expect(error.message + error.remedy).not.toContain("pass@");
});

test("fills in the defaults and a trailing slash", () => {
  const config = parseFeedConfig(feed);
  expect(config.endpoint.href).toBe("https://feed.example/taxii2/");
  expect(config).toMatchObject({ auth: "bearer", collections: ["*"], start: "P30D", pageSize: 1000, trustedHosts: [] });
});

test("counts a duration back from now, and takes a time as it stands", () => {
  expect(startTime("P1DT1H", Date.parse("2026-05-03T01:00:00Z"))).toBe("2026-05-02T00:00:00.000000Z");
  expect(startTime("2026-05-01T00:00:00.123456Z", 0)).toBe("2026-05-01T00:00:00.123456Z");
});
