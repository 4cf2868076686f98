// Pages to the Logs Ingestion API over HTTPS with Microsoft's client, against JSON.parse of the same pages. Parameters: origin of the
// receiver, folder with the authority of its certificate.
import { map } from "@socdefenders/sentinel";
import { printDelivery } from "./delivery.ts";
import { openLogsSink } from "./logs-sink.ts";

const [endpoint = "", folder = ""] = process.argv.slice(2);
const { openSink, close } = await openLogsSink(endpoint, folder);
await printDelivery(map, openSink);
await close();
