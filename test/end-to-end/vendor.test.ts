import { readFile, writeFile } from "node:fs/promises";
import { createFileStore } from "@socdefenders/shared";
import { readRecords, sampleBytes, simulatedArticleIds } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { freeKey, proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 300);
const address = `https://www.socdefenders.ai/item/${simulatedArticleIds.router}`;

test("article prints one JSON document, by id and by address", async () => {
  const { workplace } = await splunkSetting({ records: [] });
  for (const name of [simulatedArticleIds.router, address]) {
    const { code, stdout } = await runCommand(["article", name, workplace.config], { environment: proKey });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: simulatedArticleIds.router, cve_ids: ["CVE-2024-99901"] });
  }
});

test("article prints only what is asked for, and an archived one only when asked", async () => {
  const { workplace } = await splunkSetting({ records: [] });
  const ask = (...flags: string[]) =>
    runCommand(["article", simulatedArticleIds.archived, workplace.config, ...flags], { environment: proKey });
  const refused = await ask();
  expect(refused).toMatchObject({ code: 3, stdout: "" });
  expect(refused.log.at(-1)).toMatchObject({ level: "error", remedy: expect.stringContaining("--include-archived") });
  const { stdout } = await ask("--include-archived", "--fields", "id, title", "--expand", "mitre");
  expect(Object.keys(JSON.parse(stdout) as object).toSorted()).toEqual(["id", "title"]);
});

test.each([
  ["a wrong id", ["article", "T1566"], 2],
  ["an address of something else", ["article", "https://evil.example/item/1"], 2],
  ["an unknown expansion", ["article", simulatedArticleIds.router, "--expand", "all"], 2],
  ["an article that is not there", ["article", simulatedArticleIds.missing], 3],
  ["one older than the plan looks back", ["article", simulatedArticleIds.router], 3],
])("%s ends with its exit code and one error", async (_, [command, id, ...flags], exitCode) => {
  const { workplace } = await splunkSetting({ records: [] });
  const { code, log, stdout } = await runCommand([command!, id!, workplace.config, ...flags], { environment: freeKey });
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(log).toEqual([expect.objectContaining({ level: "error", remedy: expect.any(String) })]);
  expect(JSON.stringify(log)).not.toContain("sk_live_");
});

test("what an article says cannot steer a terminal", async () => {
  const { workplace } = await splunkSetting({
    records: [],
    intercept: () => ({ status: 200, body: JSON.stringify({ data: { title: "a\u001b[2Jb\u009bc\u202ed" } }) }),
  });
  const { stdout } = await runCommand(["article", simulatedArticleIds.router, workplace.config], { environment: proKey });
  for (const character of ["\u001b", "\u009b", "\u202e"]) expect(stdout).not.toContain(character);
  expect(JSON.parse(stdout)).toMatchObject({ title: "a\u001b[2Jb\u009bc\u202ed" });
});

test("check and checkpoint reset print ids of collections without what steers a terminal", async () => {
  const listed = { collections: [{ id: "a\u001b[2J\u0007b", title: "t", can_read: true }] };
  const { feed, workplace } = await splunkSetting({
    records: [],
    intercept: ({ path }) => (path.endsWith("/collections/") ? { status: 200, body: JSON.stringify(listed) } : undefined),
  });
  const text = await readFile(workplace.config, "utf8");
  await writeFile(workplace.config, text.replace("[soc-defenders-all]", '["*"]'));
  const { stdout } = await runCommand(["check", workplace.config], { environment: proKey });
  expect(stdout).toContain("feed            collections     a\ufffd[2J\ufffdb\n");
  const key = { target: "splunk", endpoint: feed.endpoint, collection: "a\u001b[2J\u0007b" };
  await createFileStore(workplace.state).save(key, { position: "2026-05-01T00:00:00Z" });
  const reset = await runCommand(["checkpoint", "reset", workplace.config], { environment: proKey });
  expect(reset.stdout).toBe("splunk a\ufffd[2J\ufffdb (was at 2026-05-01T00:00:00Z): reset\n");
});

test("feed.source: stix-export fills a target once, with a position of its own beside TAXII's", async () => {
  const { workplace, received } = await splunkSetting({ records }, {}, "  source: stix-export\n");
  const text = await readFile(workplace.config, "utf8");
  const run = () => runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  const wrong = await run();
  expect(wrong.code).toBe(2);
  expect(wrong.log.at(-1)).toMatchObject({ remedy: "Choose from: iocs-stix." });

  await writeFile(workplace.config, text.replace("[soc-defenders-all]", '["*"]'));
  const listed = await runCommand(["collections", workplace.config], { environment: proKey });
  expect(listed.stdout).toContain("iocs-stix");
  const first = await run();
  expect(JSON.parse(first.stdout)).toMatchObject({ target: "splunk", collection: "iocs-stix", delivered: received().length });
  const once = received().toSorted();
  expect(new Set(once)).toEqual(new Set(records.map(({ object }) => object["id"])));
  expect(JSON.parse((await run()).stdout)).toMatchObject({ delivered: 0 });
  const accepting = await runCommand(["run", workplace.config, "--once", "--accept-gap"], { environment: proKey });
  expect(accepting).toMatchObject({ code: 2, log: [{ level: "error", message: expect.stringContaining("stix-export") }] });

  await writeFile(workplace.config, text.replace("  source: stix-export\n", ""));
  const { log } = await run();
  expect(log).toContainEqual(expect.objectContaining({ event: "export_then_taxii", proposed_start: expect.any(String) }));
  expect((await run()).log).toEqual([]);
  expect(Object.keys(await workplace.positions())).toEqual([
    expect.stringMatching(/^splunk-iocs-stix-/),
    expect.stringMatching(/^splunk-soc-defenders-all-/),
  ]);
});
