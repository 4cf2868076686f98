// The whole way from TAXII pages on loopback to a target's confirmation and the saved position, against JSON.parse of the same pages.
// Parameters: target, collection, rounds.
import { readPages } from "./pages.ts";
import { printComparison } from "./rounds.ts";
import { openTarget } from "./targets.ts";

const [target = "", collection = "", rounds = ""] = process.argv.slice(2);
const { BENCH_PAGES = "" } = process.env;
const { parse } = await readPages(BENCH_PAGES, collection);
const deliver = await openTarget(target, process.env);
await printComparison(Number(rounds), parse, () => deliver(BENCH_PAGES, collection));
