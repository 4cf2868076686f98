import { silentLogger } from "@socdefenders/shared";
import { createCertificate, startSplunkd, type KvDocument, type SplunkdOptions } from "@socdefenders/simulator";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openKvStore, withKvStore } from "./kv-store.ts";
import type { SplunkEvent } from "./mapping.ts";
import { openSplunkd } from "./splunkd.ts";

const signal = new AbortController().signal;
const batchSave = "/servicesNS/nobody/socdefenders_app/storage/collections/data/socdefenders_indicators/batch_save";
const retryPolicy = { attempts: 2, baseMs: 1, maximumMs: 1, repeatUnknown: true };

const event = (number: number, more: Partial<SplunkEvent> = {}): SplunkEvent => ({
  key: `key-${number}`,
  indicator_id: `indicator--${number}`,
  ioc_type: "url",
  ioc_value: `https://H${number}.example/Path`,
  partial: false,
  pattern: "[url:value = 'x']",
  valid_from: "2026-05-01T00:00:00Z",
  valid_until: "2026-06-01T00:00:00Z",
  created: "2026-05-01T00:00:00Z",
  modified: "2026-05-01T00:00:00Z",
  revoked: false,
  collection: "all",
  references: [],
  article_ids: [],
  ...more,
});

async function setting(options: Partial<SplunkdOptions> = {}) {
  const tls = await createCertificate();
  const running = await startSplunkd({ tls, sessionKey: "kv-test-session", secrets: {}, ...options });
  onTestFinished(() => running.close());
  const home = mkdtempSync(join(tmpdir(), "socdefenders-test-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, "etc/auth"), { recursive: true });
  writeFileSync(join(home, "etc/auth/cacert.pem"), tls.ca);
  const input = { serverUri: running.url, sessionKey: "kv-test-session", checkpointDirectory: "", stanzas: [] };
  const splunkd = openSplunkd(input, home, { log: silentLogger, userAgent: "test" }, retryPolicy);
  onTestFinished(() => splunkd.close());
  let now = 1_800_000_000_000;
  const store = openKvStore(splunkd, () => now);
  /** Puts a row there as a search would. */
  const put = (row: KvDocument): unknown => splunkd.post(batchSave, JSON.stringify([row]), signal);
  return { running, store, put, later: (ms: number) => (now += ms), row: (key: string) => running.documents().get(key) };
}

test("a row has the value in lower case and as given, times in seconds, and a weight", async () => {
  const { store, row } = await setting();
  await store.save([event(1, { confidence: 0 }), event(2)], signal);
  expect(row("key-1")).toMatchObject({
    ioc_value: "https://h1.example/path",
    value_raw: "https://H1.example/Path",
    valid_until_epoch: 1_780_272_000,
    modified_epoch: 1_777_593_600,
    weight: 1,
    first_seen_here: 1_800_000_000,
  });
  expect(row("key-2")).toMatchObject({ weight: 60 });
});

test("an update keeps when the row was first seen; a revocation stays visible; an older version changes nothing", async () => {
  const { store, row, later } = await setting();
  await store.save([event(1)], signal);
  later(60_000);
  await store.save([event(1, { modified: "2026-05-02T00:00:00Z", revoked: true })], signal);
  expect(row("key-1")).toMatchObject({ revoked: true, first_seen_here: 1_800_000_000, last_seen_here: 1_800_000_060 });
  await store.save([event(1, { name: "older" })], signal);
  expect(row("key-1")).toMatchObject({ revoked: true });
  expect(row("key-1")).not.toHaveProperty("name");
});

test("a row that a search stored keeps its time as text; without one it is seen first now", async () => {
  const { store, put, row } = await setting();
  await put({ _key: "key-1", first_seen_here: null, modified_epoch: null });
  await put({ _key: "key-2", first_seen_here: "1700000000", modified_epoch: "" });
  await store.save([event(1), event(2)], signal);
  expect(row("key-1")).toMatchObject({ first_seen_here: 1_800_000_000, modified_epoch: 1_777_593_600 });
  expect(row("key-2")).toMatchObject({ first_seen_here: 1_700_000_000 });
});

test("more rows than one request takes, and several versions of one, are all written", async () => {
  const { store, running, row } = await setting();
  const items = Array.from({ length: 2100 }, (_, number) => event(number));
  await store.save([event(7, { modified: "2026-05-03T00:00:00Z", name: "newest" }), ...items], signal);
  expect(running.documents().size).toBe(2100);
  expect(row("key-7")).toMatchObject({ name: "newest" });
  expect(running.requests().filter(({ path }) => path.endsWith("/batch_save"))).toHaveLength(3);
});

test("a trouble that passes is tried again; one that stays fails the write and is not a success of HEC alone", async () => {
  let troubles = 1;
  const { store, running } = await setting({ intercept: () => (troubles-- > 0 ? 503 : undefined) });
  await store.save([event(1)], signal);
  expect(running.documents().size).toBe(1);
  const written: SplunkEvent[] = [];
  const both = withKvStore(
    {
      check: async () => undefined,
      close: async () => undefined,
      write: async (items) => {
        written.push(...items);
        return items.slice(0, 1).map((item) => ({ item, reason: "no" }));
      },
    },
    store,
  );
  expect(await both.write([event(2), event(3)], signal)).toHaveLength(1);
  expect([...running.documents().keys()]).toEqual(["key-1", "key-3"]);
  troubles = 100;
  await expect(both.write([event(4), event(5)], signal)).rejects.toMatchObject({
    name: "TargetError",
    message: expect.stringContaining("503"),
  });
});

test.each([
  [{ collections: [] }, /Install socdefenders_app/],
  [{ intercept: () => 403 }, /write permission/],
])("what is missing is said with advice", async (options, remedy) => {
  const { store } = await setting(options);
  for (const attempt of [store.check(signal), store.save([event(1)], signal)]) {
    await expect(attempt).rejects.toMatchObject({ exitCode: 4, remedy: expect.stringMatching(remedy) });
  }
});
