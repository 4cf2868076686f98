import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { articleIdsOf, type ExternalReference } from "@socdefenders/shared";
import {
  readRecords,
  sampleBytes,
  simulatedKeys,
  startFeed,
  startOpencti,
  withArticleLinks,
  type FeedRequest,
} from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { runCommand } from "./command.ts";

const token = "articles-opencti-token";
const program = fileURLToPath(new URL("../../packages/opencti/src/main.ts", import.meta.url));

test("the articles behind the indicators come in as reports, each fetched once over all pages and runs", async () => {
  const requests: FeedRequest[] = [];
  const records = withArticleLinks(readRecords(sampleBytes()).slice(0, 400));
  const feed = await startFeed({ records, intercept: (request) => (requests.push(request), undefined) });
  const platform = await startOpencti({ token });
  onTestFinished(async () => void (await Promise.all([feed.close(), platform.close()])));
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d",
    CONNECTOR_QUEUE_PROTOCOL: "api",
    CONNECTOR_RUN_AND_TERMINATE: "true",
    CONNECTOR_LOG_LEVEL: "info",
    SOCDEFENDERS_IMPORT_ARTICLES: "true",
    SOCDEFENDERS_IMPORT_EXPIRED: "true",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
    SOCDEFENDERS_PAGE_SIZE: "100",
    SOCDEFENDERS_STATE_DIRECTORY: temporaryDirectory(),
  };
  const run = () => runCommand([], { program: [process.execPath, program], environment });
  const [first, second] = [await run(), await run()];

  // The sample's own articles are none of the simulated vendor's.
  const references = records.flatMap(({ object }) => (object["external_references"] as ExternalReference[] | undefined) ?? []);
  const named = [...new Set(articleIdsOf(references))];
  const asked = requests.filter(({ path }) => path.startsWith("/api/v1/articles/")).map(({ path }) => path.split("/").at(-1));
  expect(asked.toSorted()).toEqual(named.toSorted());
  expect(first.log).toContainEqual(
    expect.objectContaining({
      attributes: { event: "articles", delivered: 3, archived: 1, before_look_back: 1, not_found: named.length - 5, pending: 0 },
    }),
  );
  expect([first.code, second.code]).toEqual([0, 0]);
  const objects = [...platform.received().objects.values()];
  const typesOf = (type: string): unknown[] => objects.filter((object) => object["type"] === type).map((object) => object["name"]);
  expect(typesOf("report")).toHaveLength(3);
  expect(typesOf("intrusion-set").toSorted()).toEqual(["Paper Heron", "Quiet Tide"]);
  expect(typesOf("attack-pattern")).toHaveLength(3);
  expect(typesOf("vulnerability")).toContain("CVE-2024-99901");
  expect(platform.received().works).toMatchObject([{ status: "complete", errors: [] }]);

  const other = await startOpencti({ token });
  onTestFinished(() => other.close());
  const settings = "import_articles: true, import_expired: true";
  expect((await runAsCommand(feed.endpoint, other.url, settings)).code).toBe(0);
  // The simulated vendor dates its articles by the request, so that reports have other ids.
  const told = (some: typeof objects) => some.map(({ type, name, pattern }) => JSON.stringify([type, name, pattern])).toSorted();
  expect(told([...other.received().objects.values()])).toEqual(told(objects));
});

test("the command leaves out what has expired and asks for no article, as the connector does, unless it is told otherwise", async () => {
  const requests: FeedRequest[] = [];
  const records = withArticleLinks(readRecords(sampleBytes()).slice(0, 100));
  const feed = await startFeed({ records, intercept: (request) => (requests.push(request), undefined) });
  const platform = await startOpencti({ token });
  onTestFinished(async () => void (await Promise.all([feed.close(), platform.close()])));
  const { code, stdout } = await runAsCommand(feed.endpoint, platform.url, "create_observables: false");
  expect([code, requests.filter(({ path }) => path.startsWith("/api/v1/articles/"))]).toEqual([0, []]);
  const { delivered, skipped_reasons } = JSON.parse(stdout) as { delivered: number; skipped_reasons?: Record<string, number> };
  const isOver = ({ object }: { object: Record<string, unknown> }): boolean =>
    typeof object["valid_until"] === "string" && Date.parse(object["valid_until"]) <= Date.now();
  const expired = records.filter(isOver).length;
  expect(expired).toBeGreaterThan(0);
  // The feed's own identity comes with them.
  expect([delivered, skipped_reasons?.["expired"]]).toEqual([records.length + 1 - expired, expired]);
});

/** Delivers the feed once by the `socdefenders` command, with these settings in its section `opencti`. */
function runAsCommand(endpoint: string, url: string, settings: string) {
  const directory = temporaryDirectory();
  const config = join(directory, "config.yaml");
  const opencti = `{ url: "${url}", token: ${token}, connector_id: 1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d, queue_protocol: api, ${settings} }`;
  writeFileSync(
    config,
    `feed:
  endpoint: ${endpoint}
  api_key: ${simulatedKeys.pro}
  collections: [soc-defenders-all]
  start: 1970-01-01T00:00:00Z
  page_size: 100
state_directory: ${join(directory, "state")}
opencti: ${opencti}
`,
  );
  return runCommand(["run", config, "--once", "--json"]);
}
