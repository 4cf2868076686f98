import { silentLogger, targetName } from "@socdefenders/shared";
import { expect, test } from "vitest";
import { sentinel } from "./index.ts";

const logs = { endpoint: "https://dcr.example", rule_id: `dcr-${"0".repeat(32)}` };
const store = { workspace_id: "11111111-2222-4333-8444-555555555555" };
const names = (section: Record<string, unknown>) =>
  sentinel.destinations(sentinel.parseConfig(section, "sentinel")).map((one) => targetName(sentinel.name, one));

test("each destination has a name of its own, and with it its position, dead letters and summary", () => {
  expect(names(logs)).toEqual(["sentinel"]);
  expect(names({ ...store, destinations: ["threat-intelligence"] })).toEqual(["sentinel-ti"]);
  expect(names({ ...logs, ...store, destinations: ["threat-intelligence", "logs"] })).toEqual(["sentinel", "sentinel-ti"]);
});

test("the mapping of the store obeys the configuration, and its sink opens without a request", async () => {
  const section = { ...store, destinations: ["threat-intelligence"], threat_intelligence_compound: "keep" };
  const [destination] = sentinel.destinations(sentinel.parseConfig(section, "sentinel"));
  const pattern = "[ipv4-addr:value IN ('198.51.100.3', '198.51.100.4')]";
  const time = "2026-05-16T08:00:00.000Z";
  const indicator = {
    type: "indicator",
    id: "indicator--1",
    pattern,
    pattern_type: "stix",
    valid_from: time,
    created: time,
    modified: time,
  };
  expect(destination?.map(indicator, { collection: "all" })).toMatchObject({ items: [{ id: "indicator--1", pattern }] });
  await destination?.open({ log: silentLogger, userAgent: "test" }).sink.close();
});
