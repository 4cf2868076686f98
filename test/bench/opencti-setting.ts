import { map } from "@socdefenders/opencti";
import { parseStixObject, type StixObject } from "@socdefenders/shared";
import { readRecords, sampleBytes, startOpencti } from "@socdefenders/simulator";
import { benchConnectorId, benchToken } from "./opencti-account.ts";
import { startRabbitmq, type RunningRabbitmq } from "../interop/rabbitmq.ts";

/** A platform with a real broker. */
export async function startPlatform(): Promise<{ url: string; rabbitmq: RunningRabbitmq; close(): Promise<void> }> {
  const rabbitmq = await startRabbitmq({ statisticsMs: 5000 });
  const broker = { host: "127.0.0.1", port: rabbitmq.port, vhost: "/", use_ssl: false, user: "guest", pass: "guest" };
  const platform = await startOpencti({ token: benchToken, broker });
  await rabbitmq.declare(benchConnectorId);
  const close = async (): Promise<void> => {
    await platform.close();
    await rabbitmq.close();
  };
  return { url: platform.url, rabbitmq, close };
}

export interface BenchPage {
  /** As the feed serves it. */
  readonly page: string;
  /** What the connector makes of it, as one bundle. */
  readonly bundle: string;
}

/** The 5,000 real indicators of the simulator as pages of 1,000. */
export function benchPages(): readonly BenchPage[] {
  const objects = readRecords(sampleBytes()).map(({ object }) => object);
  return Array.from({ length: objects.length / 1000 }, (_, number) => {
    const served = objects.slice(number * 1000, (number + 1) * 1000);
    const merged = new Map(served.flatMap(toObjects).map((object) => [object.id, object]));
    const bundle = { type: "bundle", id: "bundle--00000000-0000-4000-8000-000000000000", objects: [...merged.values()] };
    return { page: JSON.stringify({ objects: served }), bundle: JSON.stringify(bundle) };
  });
}

function toObjects(content: unknown): readonly StixObject[] {
  const parsed = parseStixObject(content);
  const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : undefined;
  return mapped?.kind === "items" ? mapped.items.flatMap(({ objects }) => objects) : [];
}
