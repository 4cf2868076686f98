import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import { expect, onTestFinished, test } from "vitest";
import { makeWorkplace, runCommand, type Ended } from "./command.ts";
import { freeKey, proKey, splunkSetting } from "./splunk-run.ts";

const records = readRecords(sampleBytes()).slice(0, 300);

/** One clear error, with what to do and the promised exit code, and nothing of the key in it. */
function expectOneError({ code, log, stdout }: Ended, exitCode: number, message: RegExp, remedy: RegExp): void {
  const errors = log.filter(({ level }) => level !== "info");
  expect(errors).toEqual([
    expect.objectContaining({ level: "error", message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) }),
  ]);
  expect(code).toBe(exitCode);
  expect(stdout + JSON.stringify(log)).not.toContain("sk_live_");
}

test("an unreachable feed", async () => {
  const { hec, workplace } = await splunkSetting({ records });
  const text = await readFile(workplace.config, "utf8");
  await writeFile(workplace.config, text.replace(/endpoint: http:\/\/127\.0\.0\.1:\d+\/api/, "endpoint: http://127.0.0.1:1/api"));
  // The retries of a refused connection are the real ones: 5 tries, at most 15 s.
  expectOneError(
    await runCommand(["run", workplace.config, "--once"], { environment: proKey }),
    3,
    /cannot be reached.*connection refused/,
    /feed\.endpoint/,
  );
  expect(hec.events()).toEqual([]);
});

test("a wrong key", async () => {
  const { workplace } = await splunkSetting({ records });
  const ended = await runCommand(["run", workplace.config, "--once"], { environment: { API_KEY: "sk_live_wrong_key_12345" } });
  expectOneError(ended, 3, /HTTP 401.*\(invalid_api_key\): Invalid API key, request req_simulated/, /feed\.api_key/);
  expect(await workplace.positions()).toEqual({});
});

test("a key whose plan does not include the feed", async () => {
  const { workplace } = await splunkSetting({ records });
  const ended = await runCommand(["run", workplace.config, "--once"], { environment: freeKey });
  expectOneError(ended, 3, /HTTP 403.*read:stix scope/, /upgrade at https:\/\/socdefenders\.ai\/pricing/);
});

test("a page that is not JSON: what came before it is delivered, the position stands before it", async () => {
  let pages = 0;
  const { workplace, received } = await splunkSetting({
    records,
    intercept: ({ path }) => {
      if (!path.endsWith("/objects/")) return undefined;
      pages += 1;
      return pages === 3 ? { status: 200, headers: { "content-type": "text/html" }, body: "<html>Gateway</html>" } : undefined;
    },
  });
  expectOneError(
    await runCommand(["run", workplace.config, "--once"], { environment: proKey }),
    3,
    /not JSON \(starts "<html>/,
    /Nothing was skipped/,
  );
  const before = received();
  expect(before.length).toBeGreaterThan(100);
  expect(before.length).toBeLessThan(records.length);

  expect((await runCommand(["run", workplace.config, "--once"], { environment: proKey })).code).toBe(0);
  expect(received().toSorted()).toEqual(records.map(({ object }) => object["id"]).toSorted());
});

test("an object that is not STIX: kept with its reason, all others delivered", async () => {
  const bad = { date_added: "2026-05-01T12:00:00.000000Z", object: { indicator: "198.51.100.3" } };
  const mixed = [...records, bad].toSorted((left, right) => (left.date_added < right.date_added ? -1 : 1));
  const { workplace, received } = await splunkSetting({ records: mixed });
  const { code, log, stdout } = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  expect(code).toBe(0);
  expect(log.filter(({ level }) => level === "warn")).toEqual([
    expect.objectContaining({ event: "refused", message: expect.stringMatching(/dead letters: not a STIX object/) }),
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ read: 302, delivered: 300, refused: 1, skipped: 1 });
  expect(received()).toHaveLength(300);
  expect(await workplace.deadLetters()).toEqual([
    expect.objectContaining({ content: bad.object, reason: expect.stringContaining("not a STIX object") }),
  ]);
});

test.each([
  [
    "an unknown key",
    "feed: { endpoint: 'https://feed.example', api_key: abcdef, pagesize: 10 }\n",
    /unknown key feed\.pagesize \(did you mean page_size\?\)/,
    /./,
  ],
  [
    "an unknown key of a target",
    "feed: { endpoint: 'https://feed.example', api_key: abcdef }\nsplunk: { endpont: x }\n",
    /unknown key splunk\.endpont \(did you mean endpoint\?\)/,
    /./,
  ],
  ["an unknown section", "feed: {}\nsplonk: {}\n", /unknown key splonk \(did you mean splunk\?\)/, /./],
  [
    "an unset variable",
    "feed: { endpoint: 'https://feed.example', api_key: ${NOT_SET_ANYWHERE} }\n",
    /not set: NOT_SET_ANYWHERE/,
    /Set NOT_SET_ANYWHERE/,
  ],
  ["an alias that may be a secret", "feed: { endpoint: 'https://feed.example', api_key: *sk_live_secret }\n", /alias/, /quotes/],
  [
    "a blank missing before a secret",
    "feed: { endpoint: 'https://feed.example', api_key:sk_live_secret }\n",
    /unknown key feed\.api_key .*blank is missing/,
    /./,
  ],
  [
    "a proxy that is none",
    "feed: { endpoint: 'https://feed.example', api_key: abcdef, proxy: not a url }\n",
    /feed\.proxy/,
    /host:port/,
  ],
  ["broken YAML", "feed: [\n", /config\.yaml: .*line \d/, /YAML/],
  ["no target", "feed: { endpoint: 'https://feed.example', api_key: abcdef }\n", /names no target/, /splunk, sentinel, opencti/],
])("a configuration with %s", async (_, configuration, message, remedy) => {
  const { config } = await makeWorkplace(configuration);
  expectOneError(await runCommand(["run", config, "--once"]), 2, message, remedy);
});

test("a collection that is not there names those that are", async () => {
  const { workplace } = await splunkSetting({ records });
  const ended = await runCommand(["pull", workplace.config, "--collection", "nope"], { environment: proKey });
  expectOneError(ended, 2, /no readable collection "nope"/, /soc-defenders-all, soc-defenders-network/);
});

test("a target that refuses the token: nothing passes, and the next run delivers all", async () => {
  const { workplace, received, hec } = await splunkSetting({ records });
  const text = await readFile(workplace.config, "utf8");
  const { config } = await makeWorkplace(
    text.replace("0a1b2c3d-hec-token", "another-hec-token").replace(/state_directory: .*/, `state_directory: ${workplace.state}`),
  );
  expectOneError(
    await runCommand(["run", config, "--once"], { environment: proKey }),
    4,
    /HTTP 403: code 4, Invalid token/,
    /splunk\.token/,
  );
  expect(hec.events()).toEqual([]);
  expect(await workplace.positions()).toEqual({});
  expect((await runCommand(["run", workplace.config, "--once"], { environment: proKey })).code).toBe(0);
  expect(received()).toHaveLength(300);
});

test("a target that refuses everything: the position stays, and nothing becomes a dead letter", async () => {
  const { workplace } = await splunkSetting(
    { records },
    { intercept: () => ({ status: 400, body: { text: "Invalid data format", code: 6, "invalid-event-number": 0 } }) },
  );
  const ended = await runCommand(["run", workplace.config, "--once"], { environment: proKey });
  expectOneError(ended, 4, /refused items of \d+ of \d+ objects/, /Nothing was set aside/);
  expect([await workplace.positions(), await workplace.deadLetters()]).toEqual([{}, []]);
});

test("servers that echo what they were sent do not bring a secret to light", async () => {
  const echoing = await splunkSetting({
    records,
    intercept: ({ headers }) => ({
      status: 401,
      body: JSON.stringify({ error: { code: "bad", message: `no such key ${headers.authorization}` } }),
    }),
  });
  const feedEcho = await runCommand(["run", echoing.workplace.config, "--once", "--json"], { environment: proKey });
  const { workplace } = await splunkSetting(
    { records },
    {
      intercept: (batch) =>
        batch > 3 ? undefined : { status: 400, body: { text: "bad token 0a1b2c3d-hec-token", code: 6, "invalid-event-number": 0 } },
    },
  );
  const hecEcho = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
  expect([feedEcho.code, hecEcho.code]).toEqual([3, 0]);
  expect(await workplace.deadLetters()).toHaveLength(3);
  const shown = JSON.stringify([feedEcho, hecEcho, await workplace.deadLetters()]);
  expect(shown).toContain("[redacted]");
  expect(shown).not.toContain("sk_live_");
  expect(shown).not.toContain("0a1b2c3d-hec-token");
});

test("a target that fails ends the run at once, whatever the next page is waiting for", async () => {
  let pages = 0;
  const { workplace } = await splunkSetting(
    {
      records,
      intercept: ({ path }) => {
        if (!path.endsWith("/objects/")) return undefined;
        pages += 1;
        return pages === 1 ? undefined : { status: 429, headers: { "retry-after": "600" }, body: "" };
      },
    },
    { intercept: () => ({ status: 403, body: { text: "Token disabled", code: 1 } }) },
  );
  const ended = await runCommand(["run", workplace.config, "--once"], { environment: proKey });
  expectOneError(ended, 4, /Token disabled/, /enable it/);
});

test("a page that is not JSON and holds the key is shown without it, wherever its beginning is cut", async () => {
  const pages = [20, 40, 50].map((before) => `${"x".repeat(before)}${proKey.API_KEY}`);
  for (const body of pages) {
    const { workplace } = await splunkSetting({
      records,
      intercept: ({ path }) => (path.endsWith("/objects/") ? { status: 200, body } : undefined),
    });
    const ended = await runCommand(["run", workplace.config, "--once", "--json"], { environment: proKey });
    expectOneError(ended, 3, /not JSON/, /Nothing was skipped/);
  }
});

test("the environment's proxy is used, and what is wrong with it is told without its password", async () => {
  const proxy = createServer().on("connect", (_, socket: Socket) =>
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
  );
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const { config } = await makeWorkplace("feed: { endpoint: 'https://feed.invalid', api_key: abcdef }\n");
  const collections = (HTTPS_PROXY: string): Promise<Ended> =>
    runCommand(["collections", config], { environment: { HTTPS_PROXY } });
  const refused = await collections(`http://user:proxy-password@127.0.0.1:${port}`);
  expectOneError(refused, 3, new RegExp(`the proxy 127\\.0\\.0\\.1:${port} .*407`), /HTTPS_PROXY/);
  expect(JSON.stringify(refused)).not.toContain("proxy-password");
  expectOneError(await collections("socks5://127.0.0.1:1080"), 2, /HTTPS_PROXY/, /http:\/\//);
});
