// The events of the sample to the HTTP Event Collector with Splunk's own splunk-logging (working), and with the connector's sink
// (parsing), in turn. Parameters: origin, rounds.
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { parseStixObject, silentLogger, userAgent } from "@socdefenders/shared";
import { createSink, map, parseConfig, type SplunkEvent } from "@socdefenders/splunk";
import splunkLogging from "splunk-logging";
import { printComparison } from "./rounds.ts";

const [origin = "", rounds = ""] = process.argv.slice(2);
const token = "a-token-for-nothing";
const events = readRecords(sampleBytes()).flatMap(({ object }): readonly SplunkEvent[] => {
  const parsed = parseStixObject(object);
  const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : undefined;
  return mapped?.kind === "items" ? mapped.items : [];
});
const pages = Array.from({ length: Math.ceil(events.length / 1000) }, (_, page) => events.slice(page * 1000, (page + 1) * 1000));

const sink = createSink(parseConfig({ endpoint: origin, token }, "splunk"), { log: silentLogger, userAgent });
// Batches are sent when they are asked for; an event goes as it is.
const logger = new splunkLogging.Logger({ url: origin, token, maxBatchCount: 0 });
logger.eventFormatter = (message) => message;
logger.error = (error) => {
  throw error;
};

await printComparison(Number(rounds), withSink, withSplunkLogging);
await sink.close();

async function withSink(): Promise<number> {
  const { signal } = new AbortController();
  for (const page of pages) {
    const refused = await sink.write(page, signal);
    if (refused.length > 0) throw new Error(`${refused.length} events refused`);
  }
  return events.length;
}

async function withSplunkLogging(): Promise<number> {
  for (const page of pages) {
    for (const message of page) logger.send({ message });
    await new Promise<void>((resolve, reject) => logger.flush((error) => (error ? reject(error) : resolve())));
  }
  return events.length;
}
