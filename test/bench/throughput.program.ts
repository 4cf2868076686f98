// Pages over loopback down to observables, against JSON.parse of the same pages. Parameters: origin, encoding.
import { printComparison } from "./rounds.ts";
import { walk } from "./walk.ts";

const [origin = "", encoding = ""] = process.argv.slice(2);
const pages = 40;
const rounds = 9;

const bodies: Buffer[] = [];
for (let page = 0; page < pages; page += 1) {
  const response = await fetch(`${origin}/plain/collections/${pages}/objects/?next=${page}`);
  bodies.push(Buffer.from(await response.arrayBuffer()));
}
const expected = parseBodies();

await printComparison(rounds, parseBodies, async () => {
  const walked = await walk(origin, encoding, String(pages));
  if (walked !== expected) throw new Error(`${walked} of ${expected} objects came`);
  return walked;
});

function parseBodies(): number {
  let objects = 0;
  for (const body of bodies) objects += (JSON.parse(body.toString("utf8")) as { objects: unknown[] }).objects.length;
  return objects;
}
