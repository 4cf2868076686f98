// Pages to the HTTP Event Collector, gzipped and with saved positions, against JSON.parse of the same pages. Parameter: origin.
import { silentLogger, userAgent } from "@socdefenders/shared";
import { createSink, map, parseConfig } from "@socdefenders/splunk";
import { printDelivery } from "./delivery.ts";

const [origin = ""] = process.argv.slice(2);
const config = parseConfig({ endpoint: origin, token: "a-token-for-nothing" }, "splunk");
await printDelivery(map, () => createSink(config, { log: silentLogger, userAgent }));
