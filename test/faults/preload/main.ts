// Loaded into a process of the connectors with `node --import`: does to it what the plan in its environment says.
import { planVariable, type Plan } from "../plan.ts";
import { changeClock } from "./clock.ts";
import { plantDefects } from "./defects.ts";
import { watchFiles } from "./files.ts";
import { createMoments } from "./moments.ts";
import { watchNetwork } from "./network.ts";

const plan = JSON.parse(process.env[planVariable] ?? "{}") as Plan;
const moments = createMoments();
const { kill } = plan;
if (kill !== undefined) moments.at(kill, () => process.kill(process.pid, "SIGKILL"));
plantDefects(plan.defects ?? []);
changeClock(plan, moments);
watchFiles(plan, moments);
watchNetwork(plan, moments);
