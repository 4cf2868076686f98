import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { buildArtefact } from "./build-artefact.ts";
import { runCommand } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 250);
const preload = fileURLToPath(new URL("telemetry-preload.ts", import.meta.url));

interface Told {
  readonly spans: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly status: { readonly code: number; readonly message?: string };
    readonly parent: string | null;
    readonly id: string;
  }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly points: readonly { readonly attributes: object; readonly value: number }[];
  }[];
}

test("the command as one file finds the SDK that a preload set up: spans of runs, pages and deliveries, and counters", async () => {
  let isAway = false;
  const intercept = () => (isAway ? { status: 403, body: { text: "Invalid token", code: 4 } } : undefined);
  const { workplace } = await splunkSetting({ records }, { intercept });
  const program = buildArtefact("cli", "socdefenders.mjs");
  const run = async (config: string): Promise<Told> => {
    const file = join(temporaryDirectory(), "told.json");
    await runCommand(["run", config, "--once"], {
      program: [process.execPath, "--import", preload, program],
      environment: { ...proKey, TELEMETRY_FILE: file },
    });
    return JSON.parse(await readFile(file, "utf8")) as Told;
  };

  const { spans, metrics } = await run(workplace.config);
  const [root] = spans.filter(({ name }) => name === "run");
  expect(root).toMatchObject({ attributes: { target: "splunk" }, parent: null, status: { code: 0 } });
  const inRun = spans.filter(({ parent }) => parent === root?.id);
  expect(inRun.filter(({ name }) => name === "deliver").map(({ attributes }) => attributes)).toEqual(
    [100, 99, 51].map((items) => ({ target: "splunk", items, refused: 0 })),
  );
  const pages = inRun.filter(({ name }) => name === "page").map(({ attributes }) => attributes["delivered"]);
  expect(pages.reduce<number>((sum, delivered) => sum + Number(delivered), 0)).toBe(250);
  const labels = { target: "splunk", collection: "soc-defenders-all" };
  const points = Object.fromEntries(metrics.map((one) => [one.name, one.points]));
  expect(points).toMatchObject({
    "socdefenders.items_delivered": [{ attributes: labels, value: 250 }],
    "socdefenders.objects_skipped": [{ attributes: { ...labels, reason: "identity objects are not sent to Splunk" }, value: 1 }],
    "socdefenders.runs": [{ attributes: { target: "splunk", outcome: "succeeded" }, value: 1 }],
  });

  isAway = true;
  const { workplace: other } = await splunkSetting({ records }, { intercept });
  const failed = await run(other.config);
  expect(failed.spans.filter(({ status }) => status.code === 2).map(({ name }) => name)).toEqual(["deliver", "run"]);
  expect(JSON.stringify([spans, failed])).not.toContain(proKey.API_KEY);
});
