import { clean, ConnectorError, openFeed, type Host, untilAborted } from "@socdefenders/shared";
import { readInputConfig, type InputConfig } from "./input-config.ts";
import { openKvStore } from "./kv-store.ts";
import { readModularInput } from "./modular-input.ts";
import { inParameterNames } from "./parameter-names.ts";
import { createSink } from "./sink.ts";
import { openSplunkd, type Splunkd } from "./splunkd.ts";

const longestMs = 20_000;
const retryPolicy = { attempts: 2, baseMs: 500, maximumMs: 2000, repeatUnknown: true };

/**
 * Tries feed, credentials, HEC and KV Store for real within 20 s and stores nothing; splunkd shows the message in the form. Undefined is
 * "all is well". Throws the reason of `stop`.
 */
export async function validateInput(
  standardInput: AsyncIterable<Uint8Array>,
  splunkHome: string,
  host: Host,
  stop: AbortSignal,
  deadlineMs: number = longestMs,
): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([stop, deadline]);
  try {
    const input = await untilAborted(readModularInput(standardInput), signal);
    const splunkd = openSplunkd(input, splunkHome, host, retryPolicy);
    try {
      for (const stanza of input.stanzas) await tryConfig(await readInputConfig(stanza, splunkd, signal), splunkd, host, signal);
    } finally {
      await splunkd.close();
    }
    return undefined;
  } catch (error) {
    stop.throwIfAborted();
    if (deadline.aborted) return `no answer within ${deadlineMs / 1000} s. Check the addresses and what lies between.`;
    return clean(
      error instanceof ConnectorError ? inParameterNames(`${error.message}. ${error.remedy}`) : (error as Error).message,
    );
  }
}

async function tryConfig(config: InputConfig, splunkd: Splunkd, host: Host, signal: AbortSignal): Promise<void> {
  const feed = openFeed(config.feed, host, { ...retryPolicy, patienceMs: 2000 });
  const sink = config.output.kind === "hec" ? createSink(config.output.config, host, { retryPolicy }) : undefined;
  try {
    await feed.chosenCollections(signal);
    await sink?.check(signal);
    if (config.writesKvStore) await openKvStore(splunkd).check(signal);
  } finally {
    await feed.close();
    await sink?.close();
  }
}
