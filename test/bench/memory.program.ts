// Resident memory along a walk through a million objects. Parameter: origin.
import { printMemory } from "./million.ts";
import { walk } from "./walk.ts";

const [origin = ""] = process.argv.slice(2);
await printMemory((afterPage) => walk(origin, "plain", "1000", afterPage));
