// Resident memory along a walk through a million objects. Parameter: origin.
import { walk } from "./walk.ts";

const [origin = ""] = process.argv.slice(2);
const megabytes: number[] = [];
let pages = 0;
const objects = await walk(origin, "plain", "1000", () => {
  pages += 1;
  if (pages % 100 === 0) megabytes.push(process.memoryUsage.rss() / 2 ** 20);
});
console.log(JSON.stringify({ objects, megabytes }));
