// Resident memory along the delivery of a million indicators to the Logs Ingestion API. Parameters: origin of the feed, origin of the
// receiver, folder with the authority of its certificate.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore } from "@socdefenders/shared";
import { map } from "@socdefenders/sentinel";
import { openLogsSink } from "./logs-sink.ts";
import { printDeliveryMemory } from "./million.ts";

const [origin = "", endpoint = "", folder = ""] = process.argv.slice(2);
const state = mkdtempSync(join(tmpdir(), "socdefenders-bench-"));
const { openSink, close } = await openLogsSink(endpoint, folder);
await printDeliveryMemory(origin, { map, sink: openSink(), checkpoints: createFileStore(state) });
await close();
rmSync(state, { recursive: true });
