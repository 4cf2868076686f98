import { faultTest } from "./fault-test.ts";
import { makeRecords } from "./records.ts";
import { targetNames } from "./targets.ts";

const hourMs = 3_600_000;
const jumps = { "an hour ahead": hourMs, "an hour back": -hourMs, "a day ahead": 24 * hourMs, "a day back": -24 * hourMs };

for (const target of targetNames) {
  for (const [name, aheadMs] of Object.entries(jumps)) {
    const live = () => ({ records: makeRecords(120, Date.now() - 1000) });
    faultTest({ fault: "clock jumps between runs", target, detail: name, scene: live() }, async (scene) => {
      await scene.run({ plan: { kill: { point: "items-mapped", nth: 2 } } });
      await scene.run({ plan: { clock: { aheadMs }, kill: { point: "items-mapped", nth: 2 } } });
      return scene.finish({ plan: { clock: { aheadMs: -aheadMs } } });
    });

    faultTest({ fault: "clock jumps within a run", target, detail: name, scene: live() }, async (scene) => {
      await scene.run({ plan: { clock: { aheadMs, from: { point: "page-received", nth: 2 } } }, codes: [0] });
      return scene.finish();
    });
  }
}
