// Pages over loopback down to observables, against JSON.parse of the same pages. Parameters: origin, encoding.
import { readPages } from "./pages.ts";
import { printComparison } from "./rounds.ts";
import { walk } from "./walk.ts";

const [origin = "", encoding = ""] = process.argv.slice(2);
const collection = "40";
const rounds = 9;

const { parse } = await readPages(origin, collection);
const expected = parse();

await printComparison(rounds, parse, async () => {
  const walked = await walk(origin, encoding, collection);
  if (walked !== expected) throw new Error(`${walked} of ${expected} objects came`);
  return walked;
});
