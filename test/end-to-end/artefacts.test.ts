import { readRecords, sampleBytes, simulatedKeys, startFeed, startOpencti } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { buildArtefact } from "./build-artefact.ts";
import { runCommand } from "./command.ts";

test("the command as one file runs the demo: every receiver counts every indicator", async () => {
  const program = buildArtefact("cli", "socdefenders.mjs");
  const { code, stdout, log } = await runCommand(["demo", "--json"], { program: [process.execPath, program] });
  expect([code, log]).toEqual([0, []]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const complete = { read: 5001, mapped: 5000, delivered: 5000, skipped: 1, refused: 0, received: 5000 };
  // The feed's own identity is an object for OpenCTI and none for the others.
  const carried = { mapped: 5001, delivered: 5001, skipped: 0 };
  expect(lines).toEqual([
    expect.objectContaining({ target: "splunk", ...complete }),
    expect.objectContaining({ target: "sentinel", ...complete }),
    expect.objectContaining({ target: "sentinel-ti", ...complete }),
    expect.objectContaining({ target: "opencti", ...complete, ...carried }),
  ]);
});

test("the OpenCTI connector as one file delivers and closes its work", async () => {
  const program = buildArtefact("opencti", "connector.mjs");
  const records = readRecords(sampleBytes()).slice(0, 1500);
  const feed = await startFeed({ records, container: "envelope" });
  onTestFinished(() => feed.close());
  const platform = await startOpencti({ token: "artefact-opencti-token" });
  onTestFinished(() => platform.close());
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: "artefact-opencti-token",
    CONNECTOR_ID: "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d",
    CONNECTOR_QUEUE_PROTOCOL: "api",
    CONNECTOR_RUN_AND_TERMINATE: "true",
    // Part of the sample has expired since it was made.
    SOCDEFENDERS_IMPORT_EXPIRED: "true",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_STATE_DIRECTORY: temporaryDirectory(),
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
  };
  const { code, stdout, log } = await runCommand([], { program: [process.execPath, program], environment });
  expect([code, stdout, log]).toEqual([0, "", []]);
  expect(platform.received().indicators.size).toBe(1500);
  expect(platform.received().works).toEqual([expect.objectContaining({ status: "complete" })]);
});
