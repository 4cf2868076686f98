import { expect, onTestFinished, test } from "vitest";
import { startThreatIntelligence, type ThreatIntelligenceOptions } from "./threat-intelligence.ts";

const workspaceId = "11111111-2222-4333-8444-555555555555";
const path = `/workspaces/${workspaceId}/threat-intelligence-stix-objects:upload?api-version=2024-02-01-preview`;

async function start(options: Partial<ThreatIntelligenceOptions> = {}) {
  const audienceOf = (token: string) => (token === "good" ? "https://management.azure.com" : undefined);
  const server = await startThreatIntelligence({ workspaceIds: [workspaceId], audienceOf, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: "Bearer good", "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
}

const upload = (...stixobjects: readonly unknown[]) => ({ sourcesystem: "test", stixobjects });
const indicator = {
  type: "indicator",
  id: "indicator--67e62408-e3de-4783-9480-f595d4fdae52",
  created: "2023-01-01T18:29:07.778Z",
  modified: "2025-02-26T18:29:07.778Z",
  pattern: "[ipv4-addr:value = '192.168.1.1']",
  pattern_type: "stix",
  valid_from: "2023-01-01T18:29:07.778Z",
};

test("takes valid objects with an empty 200 and keeps the newest of each id and source system", async () => {
  const server = await start();
  const newer = { ...indicator, modified: "2025-03-01T00:00:00Z", revoked: true };
  const child = { ...indicator, id: indicator.id.replace("67e", "77e"), labels: [`derived-from:${indicator.id}`] };
  expect(await post(server.url + path, upload(newer, indicator, child))).toEqual({ status: 200, body: "" });
  expect(server.objects()).toEqual([newer, child]);
  expect(server.received()).toEqual({ objects: 2, indicators: 1, calls: 1, throttled: 0 });
});

test.each<[string, Record<string, unknown>, string]>([
  ["no id", { id: undefined }, "Error for Property=id: Required property is missing. Actual value: NULL."],
  ["no pattern_type", { pattern_type: undefined }, "Error for Property=pattern_type: Required property is missing."],
  ["an end before the start", { valid_until: "2022-01-01T00:00:00Z" }, "Error for Property=valid_until: Must be greater"],
  ["too much confidence", { confidence: 101 }, "Error for Property=confidence"],
  ["half a confidence", { confidence: 0.5 }, "Error for Property=confidence"],
  ["a time that is none", { created: "yesterday" }, "Error for Property=created: Not a timestamp."],
  ["an unsupported type", { type: "note" }, "Error for Property=type: Not a supported STIX object."],
])("names an object with %s in a 200 and takes the others", async (_, change, message) => {
  const server = await start();
  const { status, body } = await post(server.url + path, upload(indicator, { ...indicator, ...change }));
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ errors: [{ recordIndex: 1, errorMessages: [expect.stringContaining(message)] }] });
  expect(server.received().objects).toBe(1);
});

test("refuses the 101st request of any 60 seconds and says how long to wait", async () => {
  let time = 0;
  const server = await start({ requestsPerMinute: 2, now: () => time });
  const statuses: number[] = [];
  for (const at of [0, 30_000, 59_999, 60_000, 89_999, 90_000]) {
    time = at;
    statuses.push((await post(server.url + path, upload())).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200, 429, 200]);
  time = 100_000;
  expect(await post(server.url + path, upload())).toEqual({
    status: 429,
    body: '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 20 seconds."}',
  });
  expect(server.received().throttled).toBe(3);
});

test.each<[string, string, unknown, Record<string, string>, number]>([
  ["an unknown token", path, upload(), { authorization: "Bearer bad" }, 401],
  ["an unknown workspace", path.replace("1111", "2222"), upload(), {}, 404],
  ["the misspelt path", path.replace("threat-intelligence", "threatintelligence"), upload(), {}, 404],
  ["another version", path.replace("2024", "2025"), upload(), {}, 400],
  ["a reserved source system", path, { sourcesystem: "Microsoft Sentinel", stixobjects: [] }, {}, 400],
  ["no list", path, { sourcesystem: "x" }, {}, 400],
  ["101 objects", path, upload(...Array.from({ length: 101 }, () => indicator)), {}, 400],
  ["no JSON", path, "{", {}, 400],
])("refuses %s", async (_, address, body, headers, status) => {
  const server = await start();
  expect((await post(server.url + address, body, headers)).status).toBe(status);
  expect(server.received().objects).toBe(0);
});
