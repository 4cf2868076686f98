import { readFile, writeFile } from "node:fs/promises";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand, type Ended } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 300);
const confident = records.filter(({ object }) => Number(object["confidence"]) >= 70).map(({ object }) => String(object["id"]));
const environment = { environment: proKey };

const summaryOf = ({ stdout }: Ended): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

test("holds back with the reason counted; another filter reads again, the former one goes on where it was", async () => {
  const { workplace, received } = await splunkSetting({ records });
  const plain = await readFile(workplace.config, "utf8");
  const run = async (filter: string): Promise<Ended> => {
    await writeFile(workplace.config, plain + filter);
    return runCommand(["run", workplace.config, "--once", "--json"], environment);
  };

  const strict = summaryOf(await run("filter: { min_confidence: 70 }\n"));
  expect(strict).toMatchObject({ read: 301, delivered: confident.length });
  expect(strict["skipped_reasons"]).toMatchObject({ "filter.min_confidence": 300 - confident.length });
  expect(received().toSorted()).toEqual(confident.toSorted());

  expect(summaryOf(await run("filter: { min_confidence: 60 }\n"))).toMatchObject({ read: 301 });
  expect(summaryOf(await run(""))).toMatchObject({ read: 301, delivered: 300 });
  expect(summaryOf(await run("filter: { min_confidence: 70 }\n"))).toMatchObject({ delivered: 0 });
  expect(Object.keys(await workplace.positions())).toHaveLength(3);

  const { stdout } = await runCommand(["checkpoint", "show", workplace.config, "--json"], environment);
  const shown = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { in_use: boolean; position: string });
  expect(shown.filter(({ in_use }) => in_use)).toEqual([
    expect.objectContaining({ target: "splunk", collection: "soc-defenders-all", position: strict["position"] }),
  ]);
});

test("a bad line of the exclude file is a configuration error with file and line", async () => {
  const { workplace, received } = await splunkSetting({ records });
  const list = `${workplace.config}.exclude`;
  await writeFile(list, "8.8.8.8 # fine\n10.0.0.0/99\n");
  await writeFile(workplace.config, `${await readFile(workplace.config, "utf8")}filter: { exclude_file: "${list}" }\n`);
  const { code, log } = await runCommand(["run", workplace.config, "--once"], environment);
  expect(code).toBe(2);
  expect(log).toEqual([expect.objectContaining({ message: expect.stringContaining(`${list} line 2: `) })]);
  expect(received()).toEqual([]);
});
