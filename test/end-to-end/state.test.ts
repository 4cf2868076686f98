import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { makeWorkplace, runCommand } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 100);
const environment = { environment: proKey };

test("positions are shown, and read anew after a reset", async () => {
  const { workplace, received } = await splunkSetting({ records });
  const checkpoint = (...args: string[]) => runCommand(["checkpoint", ...args], environment);
  expect(await checkpoint("show", workplace.config, "--json")).toMatchObject({ code: 0, stdout: "" });
  await runCommand(["run", workplace.config, "--once"], environment);
  expect((await checkpoint("show", workplace.config)).stdout).toMatch(/splunk +│ soc-defenders-all │ 2026-.* yes/);

  const wrong = await checkpoint("reset", workplace.config, "--collection", "nope");
  expect(wrong).toMatchObject({ code: 2, log: [expect.objectContaining({ remedy: "Choose from: soc-defenders-all." })] });
  const reset = await checkpoint("reset", workplace.config, "--only", "splunk", "--collection", "soc-defenders-all");
  expect(reset.stdout).toMatch(/^splunk soc-defenders-all \(was at 2026-.*\): reset\n$/);
  expect(await workplace.positions()).toEqual({});
  await runCommand(["run", workplace.config, "--once"], environment);
  expect(received()).toHaveLength(200);
});

test("a damaged position is an error to show, and a reset removes it", async () => {
  const { workplace } = await splunkSetting({ records });
  await runCommand(["run", workplace.config, "--once"], environment);
  const [name = ""] = Object.keys(await workplace.positions());
  await writeFile(join(workplace.state, name), "{ damaged");
  const shown = await runCommand(["checkpoint", "show", workplace.config], environment);
  expect(shown).toMatchObject({ code: 2, log: [expect.objectContaining({ message: expect.stringContaining("damaged") })] });
  expect((await runCommand(["checkpoint", "reset", workplace.config], environment)).code).toBe(0);
  expect(await workplace.positions()).toEqual({});
});

test("a position that cannot be read stops its own target only, and status tells of the others", async () => {
  const { workplace, received } = await splunkSetting({ records });
  // Permissions would not stop the superuser, who may run the tests.
  await mkdir(join(workplace.state, "other-all-0123456789abcdef.json"), { recursive: true });
  expect(await runCommand(["run", workplace.config, "--once"], environment)).toMatchObject({ code: 0 });
  expect(received()).toHaveLength(100);
  expect((await runCommand(["status", workplace.config], environment)).stdout).toMatch(/splunk +│ soc-defenders-all │ 2026-/);
  const shown = await runCommand(["checkpoint", "show", workplace.config], environment);
  expect(shown).toMatchObject({ code: 2, log: [expect.objectContaining({ message: expect.stringContaining("other-all-") })] });
});

test("a target that keeps its own position says where to reset it", async () => {
  const { config } = await makeWorkplace(
    "feed: { endpoint: 'https://feed.example', api_key: abcdef }\nstate_directory: '@STATE@'\n" +
      "opencti: { url: 'https://opencti.example', token: abcdef, connector_id: 1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d }\n",
  );
  const { code, log } = await runCommand(["checkpoint", "reset", config]);
  expect(code).toBe(2);
  expect(log).toEqual([
    expect.objectContaining({
      message: expect.stringContaining("opencti keeps its position on its own platform"),
      remedy: expect.stringContaining("Reset the connector's state in OpenCTI"),
    }),
  ]);
  expect((await runCommand(["checkpoint", "show", config])).log).toEqual([
    expect.objectContaining({ event: "position_elsewhere" }),
  ]);
});

test("dead letters are listed with their reason", async () => {
  const bad = { date_added: "2026-05-01T12:00:00.000000Z", object: { indicator: "198.51.100.3" } };
  const { workplace } = await splunkSetting({ records: [...records, bad] });
  const list = (...flags: string[]) => runCommand(["dead-letter", "list", workplace.config, ...flags], environment);
  expect(await list("--json")).toMatchObject({ code: 0, stdout: "" });
  await runCommand(["run", workplace.config, "--once"], environment);
  expect(JSON.parse((await list("--json")).stdout)).toMatchObject({ target: "splunk", content: bad.object });
  expect((await list()).stdout).toContain("not a STIX object");
});

test("a rebuilt collection stops the run with exit code 2, and is read anew once that is accepted", async () => {
  const served = [...records];
  const { workplace, received } = await splunkSetting({ records: served });
  const run = (...flags: string[]) => runCommand(["run", workplace.config, ...flags], environment);
  expect((await run("--once")).code).toBe(0);
  served.splice(
    0,
    served.length,
    ...readRecords(sampleBytes())
      .slice(100, 150)
      .map(({ object }) => ({ date_added: "2025-01-01T00:00:00.000000Z", object })),
  );
  const stopped = await run("--once");
  expect(stopped.code).toBe(2);
  expect(stopped.log.at(-1)).toMatchObject({ remedy: expect.stringContaining("--once --accept-reset") });
  expect(received()).toHaveLength(100);
  expect(await run("--accept-reset")).toMatchObject({ code: 2, log: [expect.objectContaining({ remedy: "Add --once." })] });
  expect((await run("--once", "--accept-reset")).code).toBe(0);
  expect(received()).toHaveLength(150);
});
