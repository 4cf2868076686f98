// Pages to the upload API over HTTP, against JSON.parse of the same pages. Parameter: origin of the receiver.
import { silentLogger, systemClock, userAgent, type Clock } from "@socdefenders/shared";
import { createThreatIntelligenceMapping, createThreatIntelligenceSink, parseConfig } from "@socdefenders/sentinel";
import { printDelivery } from "./delivery.ts";

const [endpoint = ""] = process.argv.slice(2);
const workspace = "11111111-2222-4333-8444-555555555555";
const section = { destinations: ["threat-intelligence"], workspace_id: workspace, threat_intelligence_endpoint: endpoint };
const { threatIntelligence: config } = parseConfig(section, "sentinel");
if (config === undefined) throw new Error("threat-intelligence is the only destination");

// A minute of the limit passes in less than a millisecond.
const speed = 100_000;
const clock: Clock = {
  now: () => systemClock.now() * speed,
  wait: (ms, signal) => systemClock.wait(ms / speed, signal),
};
const credential = { getToken: async () => ({ token: "token", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const host = { log: silentLogger, userAgent };
await printDelivery(createThreatIntelligenceMapping(config), () =>
  createThreatIntelligenceSink(config, host, { clock, credential }),
);
