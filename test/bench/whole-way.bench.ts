import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { percent, thousands, type Comparison, type WholeWay } from "./measurement.ts";
import type { MemorySamples } from "./million.ts";
import { askWholeWay, type PeerAnswer, type WholeWaySpeed } from "./peer.ts";
import { runBundled, runProgramWith } from "./program.ts";
import { startBroker, startReceivers, type Running } from "./receivers.ts";
import type { TargetName } from "./targets.ts";

interface Subject {
  readonly target: TargetName;
  readonly title: string;
  /** How many pages, how often: a broker is slower than what takes everything. */
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
    rounds: "9",
    python: "taxii2-client, stix2, requests",
    options: ["--max-semi-space-size=2"],
  },
  {
    target: "logs",
    title: "Sentinel's Logs Ingestion API",
    pages: "40",
    rounds: "9",
    python: "taxii2-client, stix2, azure-monitor-ingestion",
    options: ["--max-semi-space-size=1", "--max-old-space-size=192"],
  },
  {
    target: "threat-intelligence",
    title: "Sentinel's upload API, its limit lifted",
    pages: "40",
    rounds: "9",
    python: "taxii2-client, stix2, misp2sentinel's upload loop",
    options: ["--max-semi-space-size=1", "--max-old-space-size=192"],
  },
  {
    target: "opencti",
    title: "OpenCTI's RabbitMQ, queue version 2",
    pages: "5",
    rounds: "5",
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
  const { target, pages, rounds, options } = subject;
  const ours = await runProgramWith<Comparison>([], "whole-way", [target, pages, rounds], settings);
  const theirs = await askWholeWay(target, "5", 2, settings);
  const usual = await runBundled<MemorySamples>([], "whole-way-memory", [target, "100"], settings);
  const million = await runBundled<MemorySamples>(options, "whole-way-memory", [target, "1000"], settings);
  expect(million.count).toBe(1_000_000);
  if ("reason" in theirs) task.meta.notMeasured = theirs.reason;
  const title = { "the whole way to": subject.title };
  const cells = [title, speedCells(ours), pythonCells(ours, theirs, subject.python), memoryCells(usual, million, options)];
  task.meta.wholeWays = [Object.assign({}, ...cells) as WholeWay];
});

function speedCells({ working, share, processorShare, processorSeconds }: Comparison): WholeWay {
  return {
    "objects a second": thousands(working.median),
    "CPU seconds for a million objects": processorSeconds.median.toFixed(1),
    "speed, of `JSON.parse` of the same bytes (goal 15 %)": `${percent(share.median)} (${percent(share.least)} to ${percent(share.most)})`,
    "CPU time, of `JSON.parse`": percent(processorShare.median),
  };
}

function pythonCells({ working, processorSeconds }: Comparison, theirs: PeerAnswer<WholeWaySpeed>, tools: string): WholeWay {
  const present = "reason" in theirs ? undefined : theirs;
  const seconds = present && 1_000_000 / present.processor;
  return {
    "the Python way beside it": tools,
    "its objects a second": present ? thousands(present.speed) : "not there",
    "its CPU seconds for a million objects": seconds?.toFixed(0) ?? "",
    "speed, times Python's (goal 40)": present ? `${(working.median / present.speed).toFixed(1)}×` : "",
    "the same by CPU time, times Python's": seconds === undefined ? "" : `${(seconds / processorSeconds.median).toFixed(1)}×`,
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
