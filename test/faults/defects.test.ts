import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { WireFault } from "./front.ts";
import type { Defect, Plan } from "./plan.ts";
import { openScene, type Scene } from "./scene.ts";

// The harness itself is tested here: copies of the command that are wrong in one line must be found out.
const source = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

const write =
  "for (const portion of mapInPortions(page.objects, map, key.collection, unsent)) await sendPortion(portion, options, sent);";
const save = "if (page.cursor !== undefined) await checkpoints.save(key, page.cursor);";
const loop = "shared/src/pipeline/run.ts";

interface WrongCopy {
  readonly defect: Defect;
  readonly plan?: Plan;
  readonly delivery?: WireFault;
  readonly complaint: RegExp;
}

const wrongCopies: Readonly<Record<string, WrongCopy>> = {
  "that saves the position before it delivers": {
    defect: { file: loop, text: write, replacement: `${save} ${write}` },
    plan: { kill: { point: "request-sent", nth: 2 } },
    delivery: "reset",
    complaint: /the saved position is ahead of \d+ versions/,
  },
  "that takes 429 for a yes": {
    defect: {
      file: "packages/splunk/src/hec/answer.ts",
      text: "const code = answer?.code ?? -1;",
      replacement:
        'if (status === 429) return { kind: "accepted", ackId: undefined, isFilling: false }; const code = answer?.code ?? -1;',
    },
    delivery: "throttled",
    complaint: /the saved position is ahead of \d+ versions/,
  },
  "that does not try again after 429": {
    defect: {
      file: "packages/splunk/src/hec/transport.ts",
      text: 'verdict.kind === "busy"',
      replacement: "response.status === 503",
    },
    delivery: "throttled",
    complaint: /the run ended with 4, not with 0/,
  },
  "that prints what it sends": {
    defect: {
      file: "shared/src/http/request.ts",
      text: "const proxy = chooseProxy?.(url);",
      replacement: "process.stderr.write(JSON.stringify(headers)); const proxy = chooseProxy?.(url);",
    },
    complaint: /a secret can be read in standard error/,
  },
  "that keeps the key in the state directory": {
    defect: {
      file: "shared/src/checkpoint/record.ts",
      text: "schema: 1, key, cursor,",
      replacement: "schema: 1, key, cursor, by: process.env.HEC_TOKEN,",
    },
    complaint: /a secret can be read in .*\.json/,
  },
  "that never saves the position": {
    defect: { file: loop, text: save, replacement: "" },
    plan: { kill: { point: "items-mapped", nth: 3 } },
    complaint: /\d+ deliveries were repetitions; 40 can be explained/,
  },
  "that passes over what follows a full page": {
    defect: {
      file: "shared/src/taxii/source.ts",
      text: "if (hasMoved) yield step.page;",
      replacement: "if (hasMoved && pages !== 1) yield step.page;",
    },
    complaint: /the saved position is ahead of/,
  },
};

test.each(Object.entries(wrongCopies))("a copy %s is found out", async (_, { defect, plan, delivery, complaint }) => {
  const scene = await openScene("splunk", { program: [source] });
  try {
    await expect(play(scene, delivery, { ...plan, pace: 50, defects: [defect] })).rejects.toThrow(complaint);
  } finally {
    await scene.close();
  }
});

test("the same copy without a defect passes", async () => {
  const scene = await openScene("splunk", { program: [source] });
  try {
    await expect(play(scene, "throttled", { pace: 50 })).resolves.toMatchObject({ lost: 0, secrets: 0 });
  } finally {
    await scene.close();
  }
});

async function play(scene: Scene, fault: WireFault | undefined, plan: Plan) {
  scene.traffic = { delivery: ({ number }) => (number === 2 ? fault : undefined) };
  if (plan.kill === undefined) await scene.run({ plan, codes: [0] });
  else await scene.run({ plan });
  return scene.finish();
}
