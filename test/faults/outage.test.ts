import { setTimeout as wait } from "node:timers/promises";
import { faultTest } from "./fault-test.ts";
import type { Scene } from "./scene.ts";
import { targetNames } from "./targets.ts";

const pace = 900;
const hourMs = 3_600_000 / pace;

for (const target of targetNames) {
  for (const side of ["page", "delivery"] as const) {
    for (const fault of ["busy", "reset"] as const) {
      faultTest({ fault: `${side === "page" ? "feed" : "target"} down for an hour (${fault})`, target }, async (scene) => {
        const begun = performance.now();
        scene.traffic = {
          [side]: ({ number }: { number: number }) => (number > 1 && performance.now() - begun < hourMs + 2000 ? fault : undefined),
        };
        const service = scene.start({ plan: { pace } });
        await untilSettled(scene);
        service.process.kill("SIGTERM");
        const { code, stderr } = await scene.settle(service);
        if (code !== 0) throw new Error(`the service ended with ${code}: ${stderr.slice(-2000)}`);
        // What the process was told to wait for lies in its own time.
        return scene.finish({ plan: { clock: { aheadMs: 3 * 3_600_000 } } });
      });
    }
  }
}

/** A service is asked for nothing: it has to come to it by itself. */
async function untilSettled(scene: Scene): Promise<void> {
  const patience = AbortSignal.timeout(60_000);
  while (!scene.isSettled()) await wait(100, undefined, { signal: patience });
}
