import { faultTest } from "./fault-test.ts";
import type { InnerPoint } from "./plan.ts";
import type { Scene } from "./scene.ts";
import { targetNames, type TargetName } from "./targets.ts";

const lastPage = 3;
const innerPoints: readonly InnerPoint[] = ["page-asked", "page-head", "page-received", "items-mapped", "request-sent", "answered"];
const positionPoints: readonly InnerPoint[] = ["position-opened", "position-half", "before-rename", "after-rename"];

for (const target of targetNames) {
  const keepsFiles = target !== "opencti";
  for (const nth of [1, 2, lastPage]) {
    for (const point of [...innerPoints, ...(keepsFiles ? positionPoints : [])]) {
      killed(point, nth, target, (scene) => scene.run({ plan: { kill: { point, nth } } }));
    }
    killed("request-received", nth, target, (scene) => {
      scene.traffic = { delivery: ({ number }) => (number === nth ? killNow(scene) : undefined) };
      return scene.run();
    });
    killed("request-stored", nth, target, (scene) => {
      scene.traffic = { delivered: ({ number }) => void (number === nth && killNow(scene)) };
      return scene.run();
    });
  }
  killed("lock-held", 1, target, (scene) => scene.run({ plan: { kill: { point: "lock-held", nth: 1 } } }));
  killed("budget-written", 1, target, (scene) => scene.run({ plan: { kill: { point: "budget-written", nth: 1 } } }));
}

function killNow(scene: Scene): "reset" {
  scene.kill();
  return "reset";
}

function killed(point: string, nth: number, target: TargetName, crash: (scene: Scene) => Promise<{ signal: string | null }>): void {
  faultTest({ fault: `kill at ${point}`, target, detail: `time ${nth}` }, async (scene) => {
    const { signal } = await crash(scene);
    if (signal !== "SIGKILL") throw new Error(`${point} was never come to`);
    return scene.finish();
  });
}
