import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { percent, summarise, thousands, type Comparison, type WholeWay } from "./measurement.ts";
import type { MemorySamples } from "./million.ts";
import { askWholeWay, type PeerAnswer, type WholeWaySpeed } from "./peer.ts";
import { runBundled, runProgramWith } from "./program.ts";
import { startBroker, startReceivers, type Running } from "./receivers.ts";
import type { TargetName } from "./targets.ts";

interface Subject {
  readonly target: TargetName;
  readonly title: string;
  /** How many pages, how often in each turn: a broker is slower than what takes everything. */
  readonly pages: string;
  readonly rounds: string;
  readonly python: string;
  /** What the package that is shipped for it gives Node. */
  readonly options: readonly string[];
}

const subjects: readonly Subject[] = [
  {
    target: "splunk",
    title: "Splunk's HEC",
    pages: "40",
    rounds: "3",
    python: "taxii2-client, stix2, requests",
    options: ["--max-semi-space-size=2"],
  },
  {
    target: "logs",
    title: "Sentinel's Logs Ingestion API",
    pages: "40",
    rounds: "3",
    python: "taxii2-client, stix2, azure-monitor-ingestion",
    options: ["--max-semi-space-size=1", "--max-old-space-size=192"],
  },
  {
    target: "threat-intelligence",
    title: "Sentinel's upload API, its limit lifted",
    pages: "40",
    rounds: "3",
    python: "taxii2-client, stix2, misp2sentinel's upload loop",
    options: ["--max-semi-space-size=1", "--max-old-space-size=192"],
  },
  {
    target: "opencti",
    title: "OpenCTI's RabbitMQ, queue version 2",
    pages: "5",
    rounds: "2",
    python: "taxii2-client, stix2, pycti",
    options: ["--max-semi-space-size=1", "--max-old-space-size=128"],
  },
];

let receivers: Running;
let broker: Running | undefined;
let missing = "";
beforeAll(async () => {
  receivers = await startReceivers(temporaryDirectory());
  broker = await startBroker().catch((error: Error) => {
    missing = error.message;
    return undefined;
  });
  return () => Promise.all([receivers.close(), broker?.close()]);
}, 90_000);

test.for(subjects)("the whole way to $target", { timeout: 900_000 }, async (subject, { task }) => {
  if (subject.target === "opencti" && broker === undefined) return void (task.meta.notMeasured = `OpenCTI (${missing})`);
  const settings = { ...receivers.settings, ...broker?.settings };
  const { target, options } = subject;
  const turns: Turn[] = [];
  for (let turn = 0; turn < 3; turn += 1) turns.push(await takeTurn(subject, settings));
  const reason = turns.map(({ theirs }) => ("reason" in theirs ? theirs.reason : undefined)).find(Boolean);
  const usual = await runBundled<MemorySamples>([], "whole-way-memory", [target, "100"], settings);
  const million = await runBundled<MemorySamples>(options, "whole-way-memory", [target, "1000"], settings);
  expect(million.count).toBe(1_000_000);
  if (reason !== undefined) task.meta.notMeasured = reason;
  const title = { "the whole way to": subject.title };
  const cells = [title, speedCells(turns), pythonCells(turns, subject.python), memoryCells(usual, million, options)];
  task.meta.wholeWays = [Object.assign({}, ...cells) as WholeWay];
});

/** What both took one after the other, so that what else the machine does meets both. */
interface Turn {
  readonly ours: Comparison;
  readonly theirs: PeerAnswer<WholeWaySpeed>;
}

async function takeTurn({ target, pages, rounds }: Subject, settings: Running["settings"]): Promise<Turn> {
  const ours = await runProgramWith<Comparison>([], "whole-way", [target, pages, rounds], settings);
  return { ours, theirs: await askWholeWay(target, "5", 1, settings) };
}

function speedCells(turns: readonly Turn[]): WholeWay {
  const of = (pick: (ours: Comparison) => number) => summarise(turns.map(({ ours }) => pick(ours)));
  const share = of(({ share }) => share.median);
  return {
    "objects a second": thousands(of(({ working }) => working.median).median),
    "CPU seconds for a million objects": of(({ processorSeconds }) => processorSeconds.median).median.toFixed(1),
    "speed, of `JSON.parse` of the same bytes (goal 15 %)": `${percent(share.median)} (${percent(share.least)} to ${percent(share.most)})`,
    "CPU time, of `JSON.parse`": percent(of(({ processorShare }) => processorShare.median).median),
  };
}

function pythonCells(turns: readonly Turn[], tools: string): WholeWay {
  const taken = turns.flatMap(({ ours, theirs }) =>
    "reason" in theirs ? [] : [{ ours, theirs, seconds: 1e6 / theirs.processor }],
  );
  const of = (pick: (turn: (typeof taken)[number]) => number) => summarise(taken.map(pick)).median;
  if (taken.length === 0) return { "the Python way beside it": "not there" };
  return {
    "the Python way beside it": tools,
    "its objects a second": thousands(of(({ theirs }) => theirs.speed)),
    "its CPU seconds for a million objects": of(({ seconds }) => seconds).toFixed(0),
    "speed, times Python's (goal 40)": `${of(({ ours, theirs }) => ours.working.median / theirs.speed).toFixed(1)}×`,
    "CPU time, times Python's": `${of(({ ours, seconds }) => seconds / ours.processorSeconds.median).toFixed(1)}×`,
  };
}

function memoryCells(usual: MemorySamples, million: MemorySamples, options: readonly string[]): WholeWay {
  const [small, middle, large] = million.peaks.map((size) => `${size.toFixed(0)} MB`);
  return {
    "options of Node in the shipped package": options.map((option) => `\`${option}\``).join(" "),
    "peak memory with them, at 10,000 objects": small ?? "",
    "at 100,000": middle ?? "",
    "at 1,000,000": large ?? "",
    "peak memory without options, at 100,000": `${Math.max(...usual.peaks).toFixed(0)} MB`,
  };
}
