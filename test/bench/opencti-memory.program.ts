// Resident memory along a million indicators on their way from the page server to the broker. Parameters: page server, platform.
import { map, openTarget, parseConfig } from "@socdefenders/opencti";
import { silentLogger, userAgent } from "@socdefenders/shared";
import { printDeliveryMemory } from "./million.ts";
import { benchConnectorId, benchToken } from "./opencti-account.ts";

const [origin = "", url = ""] = process.argv.slice(2);
const config = parseConfig({ url, token: benchToken, connector_id: benchConnectorId }, "opencti");
await printDeliveryMemory(origin, { map, ...openTarget(config, { log: silentLogger, userAgent }) });
