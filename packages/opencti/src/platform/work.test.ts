import { silentLogger } from "@socdefenders/shared";
import { startOpencti } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { parseConfig } from "../config.ts";
import { addWork } from "./documents.ts";
import { createGraphql } from "./graphql.ts";
import { createSession } from "./session.ts";
import { closeLeftWorks, openWork } from "./work.ts";

const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const token = "a-token-of-a-user";
const { signal } = new AbortController();

/** A work of three objects that is closed before the workers have counted any, on OpenCTI 6. */
async function startClosed() {
  const platform = await startOpencti({ token, version: "6.8.10" });
  onTestFinished(() => platform.close());
  const config = parseConfig({ url: platform.url, token, connector_id: connectorId }, "opencti");
  const host = { log: silentLogger, userAgent: "test" };
  const graphql = createGraphql(config, host);
  const session = createSession(config, host, graphql);
  onTestFinished(() => session.close());
  await session.open();
  const options = { connectorId, name: "a run", add: addWork, completesAtEquality: true };
  const work = await openWork(graphql, options, silentLogger, signal);
  await work.expect(3, signal);
  expect(await work.finish("3 objects sent", undefined, signal)).toBe(true);
  return { platform, look: () => closeLeftWorks(graphql, options, silentLogger, signal) };
}

test("a work of OpenCTI 6 that two workers count past its end at once is complete when the next run looks at it", async () => {
  const { platform, look } = await startClosed();
  platform.countAtOnce(4);
  expect(platform.received().works).toMatchObject([{ status: "progress", expected: 3, processed: 4 }]);
  await look();
  expect(platform.received().works).toMatchObject([
    { status: "complete", expected: 4, processed: 4, messages: ["3 objects sent"], errors: [] },
  ]);
});

test("a work that is closed and still waits for its objects is left to the workers", async () => {
  const { platform, look } = await startClosed();
  await look();
  expect(platform.received().works).toMatchObject([{ status: "progress", expected: 3, processed: 0 }]);
  platform.countAsProcessed(3);
  expect(platform.received().works).toMatchObject([{ status: "complete", messages: ["3 objects sent"] }]);
});
