import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecords, simulatedKeys, startFeed, startOpencti, type OpenctiVersion } from "@socdefenders/simulator";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { runConnector } from "./connector.ts";
import { toLine } from "./indicator.test.line.ts";

// The platform goes away in the middle of a run and comes back with what it knew; the connector is a service that nobody touches.
const broker = vi.hoisted(() => ({ messages: [] as { readonly work_id: string; readonly content: string }[] }));

// Every pause is a ten-thousandth of what it is: a minute between two runs, and the seconds between two tries.
vi.mock("node:timers/promises", async (original) => {
  const actual = await original<typeof import("node:timers/promises")>();
  const setTimeout: typeof actual.setTimeout = (pauseMs, value, options) =>
    actual.setTimeout((pauseMs ?? 0) / 10_000, value, options);
  return { ...actual, setTimeout };
});

// A broker that lives on while the platform does not: it confirms and keeps every message.
vi.mock("amqplib", () => ({
  connect: async () =>
    Object.assign(new EventEmitter(), {
      close: () => Promise.resolve(),
      connection: { stream: { destroy: () => undefined } },
      createConfirmChannel: async () =>
        Object.assign(new EventEmitter(), {
          publish(_exchange: string, _routingKey: string, body: Buffer, _options: object, onConfirm: (error: null) => void) {
            broker.messages.push(JSON.parse(body.toString("utf8")) as { work_id: string; content: string });
            onConfirm(null);
            return true;
          },
          waitForConfirms: () => Promise.resolve(),
        }),
    }),
}));

const token = "a-token-of-a-user";
const connectorId = "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d";
const versions = ["6.8.10", "7.260817.0"] as const;
const records = readRecords(Buffer.from(Array.from({ length: 30 }, (_, index) => toLine(`198.51.100.${index}`, index)).join("\n")));

let directory: string;
beforeEach(async () => {
  broker.messages = [];
  directory = await mkdtemp(join(tmpdir(), "socdefenders-opencti-"));
  return () => rm(directory, { recursive: true, force: true });
});

interface Outage {
  readonly version: OpenctiVersion;
  readonly queueProtocol: "api" | "amqp";
  /** The connections break at this occurrence of this operation, behind the feed's first page. */
  readonly operation: string;
  readonly occurrence: number;
  /** Whether the platform did it, so that its answer alone is lost. */
  readonly isDone: boolean;
  /** The events of the log of which the first brings the platform back. */
  readonly until: readonly string[];
}

/** Runs the connector over an outage until it has twice found nothing to complain of since; then the workers do what waits. */
async function runOver({ version, queueProtocol, operation, occurrence, isDone, until }: Outage) {
  let seen = 0;
  let phase: "before" | "away" | "back" = "before";
  const platform = await startOpencti({
    token,
    version,
    intercept(name) {
      if (name !== operation || (seen += 1) !== occurrence) return undefined;
      phase = "away";
      void platform.stop();
      return isDone ? undefined : { name: "GONE", message: "nobody hears this" };
    },
  });
  const feed = await startFeed({ records });
  onTestFinished(async () => void (await Promise.all([platform.close(), feed.close()])));
  const interrupt = new AbortController();
  const events: string[] = [];
  let runs = 0;
  function print(line: string): void {
    const { event } = (JSON.parse(line) as { attributes: { event: string } }).attributes;
    events.push(event);
    if (phase === "away" && until.includes(event)) {
      phase = "back";
      void platform.start();
    } else if (phase === "back" && event === "collection_done" && (runs += 1) === 2) interrupt.abort(new Error("enough"));
  }
  const environment = {
    OPENCTI_URL: platform.url,
    OPENCTI_TOKEN: token,
    CONNECTOR_ID: connectorId,
    CONNECTOR_QUEUE_PROTOCOL: queueProtocol,
    CONNECTOR_DURATION_PERIOD: "PT1M",
    CONNECTOR_LOG_LEVEL: "info",
    SOCDEFENDERS_ENDPOINT: feed.endpoint,
    SOCDEFENDERS_API_KEY: simulatedKeys.pro,
    SOCDEFENDERS_COLLECTIONS: "soc-defenders-all",
    SOCDEFENDERS_START: "1970-01-01T00:00:00Z",
    SOCDEFENDERS_PAGE_SIZE: "10",
    SOCDEFENDERS_STATE_DIRECTORY: directory,
  };
  const running = runConnector({ environment, print, onKind: () => undefined, signal: interrupt.signal });
  await expect(running).rejects.toThrow("enough");
  for (const { work_id } of broker.messages) platform.countAsProcessed(1, work_id);
  return { platform, events };
}

const points = [
  ["AddWork", 1],
  ["AddMultiPartWork", 1],
  ["AddExpectations", 2],
  ["PushBundle", 2],
  ["IsWorkAlive", 2],
  ["PingConnector", 4],
  ["CloseWork", 1],
  ["ReadQueue", 1],
] as const;

const brief = ["retry", "collection_failed", "failed", "work_open"];
const long = ["collection_failed", "failed", "collection_done"];

const outages = versions.flatMap((version) =>
  (["api", "amqp"] as const).flatMap((queueProtocol) =>
    points
      .filter(([operation]) => isAsked(operation, queueProtocol, version))
      .flatMap(([operation, occurrence]) =>
        [true, false].flatMap((isDone) =>
          [brief, long].map((until) => ({ version, queueProtocol, operation, occurrence, isDone, until })),
        ),
      ),
  ),
);

function isAsked(operation: string, queueProtocol: string, version: string): boolean {
  const others = [
    version.startsWith("6") ? "AddMultiPartWork" : "AddWork",
    queueProtocol === "api" ? "AddExpectations" : "PushBundle",
  ];
  return !others.includes(operation);
}

test.each(outages)(
  "OpenCTI $version, $queueProtocol, restarted at $operation (done: $isDone), until $until.0: nothing is lost, every work ends truthful",
  async (outage) => {
    const { platform, events } = await runOver(outage);
    expect(idsOf(platform.received().indicators).size).toBe(30);
    expect(platform.state(connectorId)).toContain("2026-05-16T08:00:29");
    const { works } = platform.received();
    expect(works.map(({ status, processedTime }) => [status, typeof processedTime])).toEqual(
      works.map(() => ["complete", "string"]),
    );
    expect(works.at(-1)?.errors).toEqual([]);
    expect(works.slice(0, -1).filter(({ errors }) => errors.length === 0)).toEqual([]);
    expect(events).not.toContain("unexpected");
  },
);

/** What the platform imported, and what lies in the queue for it. */
function idsOf(imported: ReadonlySet<string>): ReadonlySet<string> {
  const queued = broker.messages.flatMap(({ content }) => {
    const { objects } = JSON.parse(Buffer.from(content, "base64").toString("utf8")) as { objects: { type: string; id: string }[] };
    return objects.filter(({ type }) => type === "indicator").map(({ id }) => id);
  });
  return new Set([...imported, ...queued]);
}
