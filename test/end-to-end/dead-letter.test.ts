import { readFile, writeFile } from "node:fs/promises";
import { readRecords, sampleBytes, type HecAnswer, type HecEvent } from "@socdefenders/simulator";
import { expect, test } from "vitest";
import { runCommand, start, type Ended } from "./command.ts";
import { proKey, splunkSetting } from "./splunk-run.ts";

const environment = { environment: proKey };
const compound = {
  date_added: "2026-05-01T12:00:00.000000Z",
  object: {
    type: "indicator",
    id: "indicator--00000000-0000-4000-8000-00000000c0de",
    valid_from: "2026-05-01T12:00:00Z",
    pattern: "[domain-name:value IN ('one.example', 'two.example', 'three.example')]",
  },
};
const unreadable = { date_added: "2026-05-01T12:00:00.000000Z", object: { indicator: "198.51.100.3" } };
const records = [...readRecords(sampleBytes()).slice(0, 50), compound, unreadable];

const refusal = (place: number): HecAnswer => ({
  status: 400,
  body: { text: "Invalid data format", code: 6, "invalid-event-number": place },
});

/** A Splunk that refuses one of the three events of an indicator, until it is told otherwise. */
async function refusingSetting() {
  let answer: (events: readonly HecEvent[]) => HecAnswer | undefined = (events) => {
    const place = events.findIndex(({ event }) => (event as { ioc_value?: string }).ioc_value === "two.example");
    return place === -1 ? undefined : refusal(place);
  };
  const setting = await splunkSetting({ records }, { intercept: (_, events) => answer(events) });
  const deadLetter = (...args: string[]): Promise<Ended> => {
    const [command = "", ...flags] = args;
    return runCommand(["dead-letter", command, setting.workplace.config, ...flags], environment);
  };
  expect((await runCommand(["run", setting.workplace.config, "--once"], environment)).code).toBe(0);
  return { ...setting, deadLetter, answerWith: (next: typeof answer) => void (answer = next) };
}

test("what was refused is listed by reason and target, and sent again without what was delivered", async () => {
  const { deadLetter, answerWith, received, hec } = await refusingSetting();
  const before = received().length;
  const listed = (await deadLetter("list")).stdout;
  expect(listed).toContain(compound.object.id);
  expect(listed).toMatch(/^splunk: 1 × HEC code 6: Invalid data format$/m);
  expect((await deadLetter("list", "--json", "--reason", "invalid data")).stdout.split("\n")).toHaveLength(2);
  expect(await deadLetter("list", "--json", "--target", "sentinel")).toMatchObject({ code: 0, stdout: "" });

  answerWith(() => undefined);
  const retried = await deadLetter("retry", "--json");
  expect(retried.code).toBe(0);
  expect(JSON.parse(retried.stdout)).toEqual({ target: "splunk", tried: 2, delivered: 1, skipped: 0, kept: 1, repeated: 0 });
  expect(received()).toHaveLength(before + 1);
  expect(hec.events().at(-1)?.event).toMatchObject({ ioc_value: "two.example", indicator_id: compound.object.id });
  const rest = (await deadLetter("list", "--json")).stdout;
  expect(JSON.parse(rest)).toMatchObject({ content: unreadable.object, attempts: 2 });
});

test("a target that is down is exit code 4 and keeps the entry; a run under way is exit code 5", async () => {
  const { deadLetter, answerWith, workplace } = await refusingSetting();
  const before = await workplace.deadLetters();
  answerWith(() => ({ status: 403, body: { text: "Token disabled", code: 1 } }));
  expect(await deadLetter("retry", "--reason", "code 6")).toMatchObject({
    code: 4,
    log: [expect.objectContaining({ message: expect.stringContaining("Token disabled") })],
  });
  expect(await workplace.deadLetters()).toEqual(before);

  const service = start(["run", workplace.config, "--json"], environment);
  await new Promise((resolve) => void service.process.stdout?.once("data", resolve));
  expect((await deadLetter("retry")).code).toBe(5);
  service.process.kill("SIGTERM");
  await service.ended;
  expect((await deadLetter("retry", "--target", "nope")).code).toBe(2);

  const text = await readFile(workplace.config, "utf8");
  await writeFile(workplace.config, text.replace("splunk: { endpoint", "splunk:\n  - { name: another, endpoint"));
  expect(await deadLetter("retry", "--target", "splunk", "--json")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"another","tried":0'),
    log: [expect.objectContaining({ event: "not_retried", message: expect.stringContaining("2 entries") })],
  });
});

test("a retry that is killed has lost nothing: the next one sends all of it", async () => {
  const { deadLetter, answerWith, workplace, hec } = await refusingSetting();
  const before = hec.events().length;
  const retrying = start(["dead-letter", "retry", workplace.config], environment);
  answerWith(() => {
    retrying.process.kill("SIGKILL");
    return undefined;
  });
  expect((await retrying.ended).signal).toBe("SIGKILL");
  expect(await workplace.deadLetters()).toHaveLength(2);
  answerWith(() => undefined);
  expect((await deadLetter("retry")).code).toBe(0);
  expect(await workplace.deadLetters()).toHaveLength(1);
  const sent = hec.events().slice(before);
  expect(new Set(sent.map(({ event }) => (event as { ioc_value: string }).ioc_value))).toEqual(new Set(["two.example"]));
});
