import { createHash } from "node:crypto";
import { seededRandom } from "@socdefenders/simulator";
import { inject, test } from "vitest";
import { openScene, type Scene, type SceneOptions, type Tally } from "./scene.ts";
import type { TargetName } from "./targets.ts";

declare module "vitest" {
  interface TaskMeta {
    fault?: FaultRow;
  }
  interface ProvidedContext {
    /** Path of the packaged command. */
    command: string;
    /** Path of the packaged OpenCTI connector. */
    connector: string;
    /** Directory in which Node keeps what it has compiled of them. */
    compileCache: string;
  }
}

/** A line of the final table. */
export interface FaultRow extends Tally {
  readonly fault: string;
  readonly target: TargetName;
}

const faultSeed: number = Number(process.env["FAULT_SEED"] ?? 1);
/** How many runs of what is drawn at random, for each target. */
export const faultRuns: number = Number(process.env["FAULT_RUNS"] ?? 1);

export interface FaultTest {
  /** The fault, a row of the table. */
  readonly fault: string;
  readonly target: TargetName;
  /** Where or when, if one fault has several tests. */
  readonly detail?: string | undefined;
  readonly scene?: Partial<SceneOptions> | undefined;
}

/**
 * Declares one run of the harness: a scene of its own with the packaged command, what `play` does in it, and the invariant at its end.
 * `random` gives numbers from 0 to 1 that hang on the seed and on the test's name alone. A failure says how to repeat it.
 */
export function faultTest(
  { fault, target, detail, scene: options }: FaultTest,
  play: (scene: Scene, random: () => number) => Promise<Tally>,
): void {
  test.concurrent(`${fault}${detail === undefined ? "" : `, ${detail}`} (${target})`, async ({ task, expect }) => {
    const { name } = task;
    const scene = await openScene(target, { program: [inject("command")], ...options });
    try {
      const tally = await play(scene, seededRandom(faultSeed ^ createHash("sha1").update(name).digest().readInt32BE()));
      expect(tally).toMatchObject({ lost: 0, secrets: 0 });
      task.meta.fault = { fault, target, ...tally };
    } catch (error) {
      const pattern = name.replaceAll(/[()]/g, "\\$&");
      throw new Error(
        `${(error as Error).message}\nrepeat with: FAULT_SEED=${faultSeed} FAULT_RUNS=${faultRuns} pnpm test:faults -t '${pattern}'`,
        {
          cause: error,
        },
      );
    } finally {
      await scene.close();
    }
  });
}
