// Pages over loopback down to observables, against JSON.parse of the same pages. Parameters: origin, encoding.
import { summarise } from "./measurement.ts";
import { walk } from "./walk.ts";

const [origin = "", encoding = ""] = process.argv.slice(2);
const pages = 40;
const rounds = 9;
const warmUps = 2;

const bodies: Buffer[] = [];
for (let page = 0; page < pages; page += 1) {
  const response = await fetch(`${origin}/plain/collections/${pages}/objects/?next=${page}`);
  bodies.push(Buffer.from(await response.arrayBuffer()));
}

const parsing: number[] = [];
const walking: number[] = [];
const shares: number[] = [];
const processorShares: number[] = [];
for (let round = 0; round < warmUps + rounds; round += 1) {
  const parse = await time(parseBodies);
  const walked = await time(() => walk(origin, encoding, String(pages)));
  if (parse.objects !== walked.objects) throw new Error(`${walked.objects} of ${parse.objects} objects came`);
  if (round < warmUps) continue;
  parsing.push((parse.objects / parse.milliseconds) * 1000);
  walking.push((walked.objects / walked.milliseconds) * 1000);
  shares.push(parse.milliseconds / walked.milliseconds);
  processorShares.push(parse.processor / walked.processor);
}
const results = { parsing, walking, share: shares, processorShare: processorShares };
console.log(JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, values]) => [name, summarise(values)]))));

function parseBodies(): number {
  let objects = 0;
  for (const body of bodies) objects += (JSON.parse(body.toString("utf8")) as { objects: unknown[] }).objects.length;
  return objects;
}

async function time(work: () => number | Promise<number>): Promise<{ objects: number; milliseconds: number; processor: number }> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const start = performance.now();
  const objects = await work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { objects, milliseconds, processor: user + system };
}
