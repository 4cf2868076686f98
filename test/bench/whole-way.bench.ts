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
    python: "taxii2-client, stix2, the upload loop of misp2sentinel without its pauses",
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
  task.meta.wholeWays = [
    {
      to: subject.title,
      ...speedCells(ours),
      ...pythonCells(ours, theirs, subject.python),
      ...memoryCells(usual, million, options),
    },
  ];
});

function speedCells({ working, share, processorShare, processorSeconds }: Comparison): WholeWay {
  return {
    "objects/s": thousands(working.median),
    "CPU seconds a million": processorSeconds.median.toFixed(1),
    "of `JSON.parse`, by time (≥ 15 %)": `${percent(share.median)} (${percent(share.least)} to ${percent(share.most)})`,
    "by CPU": percent(processorShare.median),
  };
}

function pythonCells({ working, processorSeconds }: Comparison, theirs: PeerAnswer<WholeWaySpeed>, tools: string): WholeWay {
  const [times, times2, beside] = [
    "times Python, by time (≥ 40)",
    "times Python, by CPU",
    "Python's objects/s, CPU seconds a million",
  ];
  if ("reason" in theirs) return { [times]: "", [times2]: "", [beside]: "not there" };
  const seconds = 1_000_000 / theirs.processor;
  return {
    [times]: `${(working.median / theirs.speed).toFixed(1)}×`,
    [times2]: `${(seconds / processorSeconds.median).toFixed(1)}×`,
    [beside]: `${thousands(theirs.speed)}, ${seconds.toFixed(0)} (${tools})`,
  };
}

function memoryCells(usual: MemorySamples, million: MemorySamples, options: readonly string[]): WholeWay {
  const peaks = million.peaks.map((size) => size.toFixed(0)).join(", ");
  return {
    "peak MB at 10,000, 100,000, 1,000,000 with the options it is shipped with": `${peaks} (\`${options.join(" ")}\`)`,
    "at 100,000 without options": Math.max(...usual.peaks).toFixed(0),
    "seconds for the million": million.seconds.toFixed(0),
  };
}
