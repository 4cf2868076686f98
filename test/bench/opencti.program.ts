// Pages to confirmed AMQP messages. Parameters: the platform's URL, the pages (each a line of JSON).
import { readFileSync } from "node:fs";
import { map, openTarget, parseConfig, type OpenctiBundle } from "@socdefenders/opencti";
import { parseStixObject, silentLogger, userAgent } from "@socdefenders/shared";
import { benchConnectorId, benchToken } from "./opencti-account.ts";
import { summarise } from "./measurement.ts";

const [url = "", file = ""] = process.argv.slice(2);
const rounds = 7;
const warmUps = 2;
const { signal } = new AbortController();

const pages = readFileSync(file, "utf8").split("\n").filter(Boolean);
const config = parseConfig({ url, token: benchToken, connector_id: benchConnectorId }, "opencti");
const { sink } = openTarget(config, { log: silentLogger, userAgent });
const speeds: number[] = [];
for (let round = 0; round < warmUps + rounds; round += 1) {
  const start = performance.now();
  let objects = 0;
  for (const page of pages) {
    const items = toItems(page);
    const refused = await sink.write(items, signal);
    if (refused.length > 0) throw new Error(`${refused.length} objects refused: ${refused[0]?.reason}`);
    objects += new Set(items.flatMap((item) => item.objects.map(({ id }) => id))).size;
  }
  if (round >= warmUps) speeds.push((objects / (performance.now() - start)) * 1000);
}
await sink.close();
console.log(JSON.stringify(summarise(speeds)));

function toItems(page: string): readonly OpenctiBundle[] {
  const { objects } = JSON.parse(page) as { objects: readonly unknown[] };
  return objects.flatMap((content) => {
    const parsed = parseStixObject(content);
    const mapped = parsed.kind === "object" ? map(parsed.object, { collection: "all" }) : undefined;
    return mapped?.kind === "items" ? mapped.items : [];
  });
}
