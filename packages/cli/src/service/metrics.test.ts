import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished, describe, expect, test } from "vitest";
import { watchHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { startOperationsServer } from "./operations-server.ts";

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const options = { targets: ["splunk", "sentinel"], stateDirectory: "nowhere", unitsLeft: () => Promise.resolve(1000) };
const ownNames = (text: string): string[] => [...new Set(text.match(/\bsocdefenders_[a-z_]+/g))].toSorted();

/** The names that the service tells, as its text declares them. */
async function toldNames(): Promise<string[]> {
  const text = await createMetrics(options).text();
  return [...text.matchAll(/^# TYPE (socdefenders_\w+)/gm)].map(([, name = ""]) => name).toSorted();
}

test("the page names every metric there is, and no other", async () => {
  const [, table = ""] = /<!-- metrics -->([^]*?)<!-- end -->/.exec(read("docs/operations.md")) ?? [];
  expect(ownNames(table)).toEqual(await toldNames());
});

test("every metric that an alert looks at is there", async () => {
  const expressions = [...read("packages/cli/deploy/prometheus-rules.yaml").matchAll(/^\s+expr: (.*)$/gm)].map(([, one]) => one);
  expect(expressions.length).toBeGreaterThan(5);
  const told = await toldNames();
  expect(ownNames(expressions.join("\n")).filter((name) => !told.includes(name))).toEqual([]);
});

test("a target that never had a run has its series", async () => {
  const text = await createMetrics(options).text();
  for (const target of options.targets) {
    expect(text).toMatch(new RegExp(`^socdefenders_last_success_timestamp_seconds\\{target="${target}"\\} \\d{10}`, "m"));
    expect(text).toContain(`socdefenders_runs_total{target="${target}",outcome="failed"} 0\n`);
  }
  expect(text).toContain("socdefenders_budget_units_left 1000\n");
  expect(text).toContain("process_resident_memory_bytes");
});

test("without dead letters their size is 0, and where nobody can tell it is no number", async () => {
  expect(await createMetrics(options).text()).toContain("socdefenders_dead_letter_bytes 0\n");
  const stateDirectory = fileURLToPath(import.meta.url);
  expect(await createMetrics({ ...options, stateDirectory }).text()).toContain("socdefenders_dead_letter_bytes Nan\n");
});

test("an account that cannot be read is no reason not to tell the rest", async () => {
  const text = await createMetrics({ ...options, unitsLeft: () => Promise.reject(new Error("disk")) }).text();
  expect(text).toContain("socdefenders_budget_units_left Nan\n");
});

describe("the server", () => {
  const watch = watchHealth([], Date.now);
  const open = async (metrics = { text: () => Promise.resolve("told 1\n") }, port = 0) => {
    const server = await startOperationsServer({ listen: "127.0.0.1", port }, metrics, watch);
    onTestFinished(() => server.close());
    return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  };

  test.each([
    ["/metrics?name[]=x", "GET", 200, "told 1\n"],
    ["/healthz", "GET", 200, "alive\n"],
    ["/readyz", "GET", 200, '{"status":"ok","targets":[]}\n'],
    ["/metrics", "HEAD", 200, ""],
    ["/", "GET", 404, "only /healthz, /readyz and /metrics are here\n"],
    ["/metrics", "POST", 405, "only GET\n"],
  ])("answers %s to %s", async (path, method, status, text) => {
    const answer = await (await open())(path, { method });
    expect([answer.status, await answer.text()]).toEqual([status, text]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("a metric that fails breaks one answer and not the server", async () => {
    const ask = await open({ text: () => Promise.reject(new Error("no metrics")) });
    await expect(ask("/metrics")).rejects.toThrow();
    expect((await ask("/healthz")).status).toBe(200);
  });

  test("a port that is taken is an error with a remedy", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    await expect(open(undefined, (other.address() as AddressInfo).port)).rejects.toMatchObject({
      exitCode: 2,
      remedy: expect.stringContaining("operations.port") as string,
    });
  });
});
