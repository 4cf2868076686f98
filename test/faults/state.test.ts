import { readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deadLetters, summaries } from "./accounts.ts";
import { faultTest } from "./fault-test.ts";
import type { InnerPoint, Plan } from "./plan.ts";
import { makeRecords } from "./records.ts";
import type { Scene } from "./scene.ts";
import { targetNames } from "./targets.ts";

const fileTargets = targetNames.filter((target) => target !== "opencti");
const minuteMs = 60_000;
const poisoned = [7, 55, 103];

/** One object a page that is no STIX. */
function poisonedRecords() {
  const records = makeRecords(120);
  return records.map((record, number) => {
    if (!poisoned.includes(number)) return record;
    const { type: _, ...object } = record.object;
    return { ...record, object };
  });
}

const damages: Readonly<Record<string, (text: string) => string>> = {
  empty: () => "",
  "half of it": (text) => text.slice(0, text.length / 2),
  "not JSON": () => "\0\0\0\0",
  "of a newer version": (text) => text.replaceAll(/"schema":\d/g, '"schema":9'),
  "of another kind": () => "[]",
};

for (const target of targetNames) {
  faultTest({ fault: "kill at lock-opened", target }, async (scene) => {
    await scene.run({ plan: { kill: { point: "lock-opened", nth: 1 } } });
    // A lock without an owner may be just being written; after three minutes it is not.
    await scene.run({ codes: [5] });
    return scene.finish({ plan: { clock: { aheadMs: 4 * minuteMs } } });
  });

  for (const point of ["dead-letter-half", "dead-letter-written"] as const) {
    for (const nth of [1, 2, 3]) {
      faultTest(
        { fault: `kill at ${point}`, target, detail: `time ${nth}`, scene: { records: poisonedRecords() } },
        async (scene) => {
          await scene.run({ plan: { kill: { point, nth } } });
          const tally = await scene.finish();
          if (new Set(deadLetters(scene.state)).size !== poisoned.length) throw new Error("not every bad object is a dead letter");
          return tally;
        },
      );
    }
  }

  faultTest({ fault: "objects that are no STIX", target, scene: { records: poisonedRecords() } }, async (scene) => {
    const { stdout } = await scene.run({ codes: [0] });
    const refused = summaries(stdout).reduce((sum, line) => sum + line.refused, 0);
    if (refused !== poisoned.length) throw new Error(`${refused} of ${poisoned.length} bad objects are counted`);
    return scene.finish();
  });

  for (const code of ["ENOSPC", "EROFS", "EIO"] as const) {
    for (const nth of [1, 2]) {
      faultTest(
        { fault: `disk ${code}`, target, detail: `from page ${nth}`, scene: { records: poisonedRecords() } },
        async (scene) => {
          const plan: Plan = { disk: { code, from: { point: "page-received", nth } } };
          await scene.run({ plan, codes: [4] });
          await scene.run({ plan: { disk: { code, from: { point: "page-asked", nth: 1 } } }, codes: [4] });
          return scene.finish();
        },
      );
    }
  }

  faultTest({ fault: "no file larger than 100 bytes", target }, async (scene) => {
    await scene.run({ largestFile: 100, codes: [4] });
    return scene.finish();
  });

  faultTest({ fault: "second instance", target }, async (scene) => {
    const first = hold(scene);
    await first.held;
    await scene.run({ codes: [5] });
    await first.end();
    return scene.finish();
  });

  faultTest({ fault: "state directory removed in mid-run", target }, async (scene) => {
    scene.traffic = {
      delivery: ({ number }) => {
        if (number === 2) rmSync(scene.state, { recursive: true });
        return undefined;
      },
    };
    await scene.run({ codes: [0] });
    return scene.finish();
  });

  faultTest({ fault: "state directory removed, then kill", target }, async (scene) => {
    scene.traffic = {
      delivery: ({ number }) => {
        if (number !== 2) return undefined;
        rmSync(scene.state, { recursive: true });
        scene.kill();
        return "reset";
      },
    };
    await scene.run();
    // With its position everything is gone that was known: what was delivered comes again.
    scene.allowRepeats(40);
    return scene.finish();
  });

  for (const [name, damage] of Object.entries(damages)) {
    faultTest({ fault: "position damaged", target, detail: name }, async (scene) => {
      await scene.run({ plan: { kill: { point: "page-received", nth: 3 } } });
      const restore = damagePosition(scene, damage);
      const { stdout } = await scene.run({ codes: [2] });
      if (summaries(stdout).some(({ delivered }) => delivered > 0))
        throw new Error("something was delivered under a position that cannot be read");
      restore();
      return scene.finish();
    });
  }
}

for (const target of fileTargets) {
  faultTest({ fault: "no file larger than 1000 bytes", target }, async (scene) => {
    await scene.run({ largestFile: 1000, codes: [4] });
    return scene.finish();
  });

  faultTest({ fault: "position removed", target }, async (scene) => {
    await scene.run({ codes: [0] });
    for (const name of positionFiles(scene)) unlinkSync(join(scene.state, name));
    scene.allowRepeats(scene.records.length);
    return scene.finish();
  });

  faultTest({ fault: "crash after crash at the position", target }, async (scene) => {
    const points: readonly InnerPoint[] = ["position-opened", "position-half", "before-rename", "after-rename"];
    for (const point of points) await scene.run({ plan: { kill: { point, nth: 1 } } });
    return scene.finish();
  });
}

/** Spoils the saved position; gives what puts it back. */
function damagePosition({ target, state }: Scene, damage: (text: string) => string): () => void {
  const { state: read, putState } = target;
  if (read !== undefined && putState !== undefined) {
    const text = read();
    // An empty state is what the platform keeps for a connector that never ran.
    putState(damage(text) || '""');
    return () => putState(text);
  }
  const [name = ""] = positionFiles({ state });
  const path = join(state, name);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, damage(text));
  return () => writeFileSync(path, text);
}

const positionFiles = ({ state }: Pick<Scene, "state">): string[] =>
  readdirSync(state).filter((name) => /^[^.].*\.json$/.test(name));

/** A process that hangs with its first delivery at the target. */
function hold(scene: Scene): { readonly held: Promise<void>; readonly end: () => Promise<unknown> } {
  let arrived = (): void => undefined;
  const held = new Promise<void>((resolve) => (arrived = resolve));
  scene.traffic = {
    delivery: () => {
      arrived();
      return "hang";
    },
  };
  const program = scene.start();
  return {
    held,
    end: () => {
      program.process.kill("SIGKILL");
      return scene.settle(program);
    },
  };
}
