// Pages to the Logs Ingestion API over HTTPS with Microsoft's client, against JSON.parse of the same pages. Parameters: port, folder
// with the authority of the receiver's certificate.
import { join } from "node:path";
import { silentLogger, userAgent } from "@socdefenders/shared";
import { createSink, map, parseConfig } from "@socdefenders/sentinel";
import { startManagedIdentity } from "@socdefenders/simulator";
import { printDelivery } from "./delivery.ts";

const [endpoint = "", folder = ""] = process.argv.slice(2);
const identity = await startManagedIdentity();
Object.assign(process.env, identity.environment);
const { logs } = parseConfig({ endpoint, rule_id: "dcr-0123", ca_file: join(folder, "ca.pem") }, "sentinel");
if (logs === undefined) throw new Error("logs is the default destination");
await printDelivery(map, () => createSink(logs, { log: silentLogger, userAgent }));
await identity.close();
