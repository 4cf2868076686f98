// Resident memory along the whole way of many objects to a target. Parameters: target, collection.
import { printMemory } from "./million.ts";
import { openTarget } from "./targets.ts";

const [target = "", collection = ""] = process.argv.slice(2);
const { BENCH_PAGES = "" } = process.env;
const deliver = await openTarget(target, process.env);
await printMemory((onPage) => deliver(BENCH_PAGES, collection, onPage));
