import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords, sampleBytes } from "@socdefenders/simulator";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";
import { secrets, startHost, startInput, unpackAddOn, type Outcome, type SplunkHost, type StartOptions } from "./splunk-host.ts";

// The packaged add-on is what is tested: built, unpacked, started by its own wrapper with nothing of the workspace near it.
let program: string;
beforeAll(() => {
  program = join(unpackAddOn(), "bin/socdefenders.sh");
});

const start = (host: SplunkHost, options: StartOptions = {}) =>
  startInput(program, [], { environment: host.environment, input: host.run, ...options });
const run = (host: SplunkHost, options?: StartOptions): Promise<Outcome> => start(host, options).ended;
const validate = (host: SplunkHost): Promise<Outcome> =>
  startInput(program, ["--validate-arguments"], { environment: host.environment, input: host.validation }).ended;
const keys = (host: SplunkHost): Set<string> => new Set(host.hec.events().map(({ event }) => (event as { key: string }).key));

function expectNoSecrets({ stdout, stderr }: Outcome): void {
  for (const secret of Object.values(secrets)) expect(stdout + stderr).not.toContain(secret);
}

describe("a run", () => {
  test("delivers every indicator once, nothing on the event stream, and again only what is new", async () => {
    const host = await startHost();
    const first = await run(host);
    expect(first).toMatchObject({ code: 0, stdout: "<stream>\n</stream>\n" });
    expect(first.stderr).toMatch(/^INFO event=collection_done socdefenders:\/\/main: 400 events delivered.*\n$/);
    expect(host.hec.events()).toHaveLength(400);
    for (const event of host.hec.events()) expect(event).not.toHaveProperty("index");
    expect(JSON.stringify(host.hec.events())).not.toContain("$decideOnStartup");
    expect(await run(host)).toMatchObject({ code: 0 });
    expect(host.hec.events()).toHaveLength(400);
    expectNoSecrets(first);
  });

  test("does not wait for an end of standard input", async () => {
    const host = await startHost();
    expect(await run(host, { keepsInputOpen: true })).toMatchObject({ code: 0 });
    expect(host.hec.events()).toHaveLength(400);
  });

  test("holds back what min_confidence and ioc_types leave out, and says what is wrong with them", async () => {
    const host = await startHost({ parameters: { min_confidence: "70", ioc_types: "domain, ipv4" } });
    expect(await run(host)).toMatchObject({ code: 0 });
    const events = host.hec.events().map(({ event }) => event as { confidence: number; ioc_type: string });
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter(({ confidence, ioc_type }) => confidence < 70 || !["domain", "ipv4"].includes(ioc_type))).toEqual([]);
    const bad = await startHost({ parameters: { min_confidence: "high" } });
    expect((await run(bad)).stderr).toMatch(/^ERROR event=failed min_confidence: /);
  });

  test.each([
    [{ disabled: "1" }, []],
    [{}, ["search_head", "shc_member"]],
  ])("with %j and the roles %j does nothing", async (parameters, roles) => {
    const host = await startHost({ parameters: { health: "true", ...parameters }, splunkd: { roles } });
    expect(await run(host)).toMatchObject({ code: 0, stdout: "<stream>\n</stream>\n" });
    expect(host.hec.events()).toEqual([]);
    expect(readdirSync(host.checkpoints).filter((name) => name.endsWith(".json"))).toEqual([]);
  });

  test("goes on where this member of the cluster is its captain, or its roles cannot be read", async () => {
    const unreadable = ({ path }: { path: string }): number | undefined => (path.endsWith("/info") ? 403 : undefined);
    for (const splunkd of [{ roles: ["shc_member", "shc_captain"] }, { intercept: unreadable }]) {
      const host = await startHost({ splunkd });
      expect(await run(host)).toMatchObject({ code: 0 });
      expect(host.hec.events()).toHaveLength(400);
    }
  });

  test("two inputs share a checkpoint directory; the same input twice at a time is refused with 5", async () => {
    let arrived = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (arrived = resolve));
    const host = await startHost({
      hec: { intercept: (batch) => (batch === 1 ? (arrived(), "silence") : undefined) },
    });
    const first = start(host);
    await hanging;
    expect(await run(host)).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^ERROR event=failed another instance works in/),
    });
    expect(await run(host, { input: host.run.replace("socdefenders://main", "socdefenders://other") })).toMatchObject({ code: 0 });
    first.process.kill();
    expect(await first.ended).toMatchObject({ code: 143 });
  });

  test("several stanzas have their turn each, also after one that fails", async () => {
    const host = await startHost();
    const [, stanza = ""] = /<configuration>(.*)<\/configuration>/.exec(host.run) ?? [];
    const broken = stanza.replace("socdefenders://main", "socdefenders://broken").replace("soc-defenders-all", "nope");
    const outcome = await run(host, { input: host.run.replace(stanza, broken + stanza) });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/ERROR event=failed .*no readable collection/) });
    expect(host.hec.events()).toHaveLength(400);
    const undecided = stanza.replace("socdefenders://main", "socdefenders://undecided").replace('"disabled">0', '"disabled">maybe');
    expect(await run(host, { input: host.run.replace(stanza, undecided + stanza) })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/collection_done socdefenders:\/\/main: 0 events(?:.|\n)*Write disabled as true or false/),
    });
    expect(await run(host, { input: "<input><configuration/></input>" })).toMatchObject({ code: 0, stderr: "" });
  });

  test("a position that cannot be saved is told with its remedy, and every input has its turn", async () => {
    let checkpoints = "";
    // While the first batch is on its way a file takes the place of the directory: what root may write cannot be forbidden otherwise.
    const replaceDirectory = (batch: number): undefined => {
      if (batch > 1) return;
      rmSync(checkpoints, { recursive: true });
      writeFileSync(checkpoints, "");
    };
    const host = await startHost({ hec: { intercept: replaceDirectory } });
    checkpoints = host.checkpoints;
    const [, stanza = ""] = /<configuration>(.*)<\/configuration>/.exec(host.run) ?? [];
    const other = stanza.replace("socdefenders://main", "socdefenders://other");
    const { code, stderr } = await run(host, { input: host.run.replace(stanza, stanza + other) });
    expect(code).toBe(4);
    expect(stderr).toMatch(/ERROR event=failed the position could not be saved .*remedy=/);
    expect(stderr).toMatch(/ERROR event=failed socdefenders:\/\/other: .*cannot be locked/);
  });

  test("a disk without room for the lock is told as that, and the next run finds no lock of nobody", async () => {
    const host = await startHost();
    const options = { environment: host.environment, input: host.run };
    // No file may grow beyond 0 bytes, which a full disk says in other words.
    const full = await startInput("/bin/sh", ["-c", `ulimit -f 0; exec "${program}"`], options).ended;
    expect(full).toMatchObject({ code: 4, stderr: expect.stringMatching(/^ERROR event=failed .* cannot be locked: EFBIG/) });
    expect(await run(host)).toMatchObject({ code: 0 });
  });

  test("a collection that failed on its way is not said to be done", async () => {
    const host = await startHost({
      parameters: { page_size: "100" },
      hec: { intercept: (batch) => (batch === 2 ? { status: 403, body: { text: "Token disabled", code: 1 } } : undefined) },
    });
    const { code, stderr } = await run(host);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^WARN event=collection_failed socdefenders:\/\/main: failed after 100 events .* delivered=100 /);
    expect(stderr).not.toContain("collection_done");
  });

  test("a failing run leaves with the exit code and a line for splunkd.log", async () => {
    const host = await startHost({ parameters: { collections: "nope" } });
    const { code, stderr } = await run(host);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ERROR event=failed .*no readable collection.*\n$/);
    for (const input of ["no XML", host.run.replace(/<server_uri>.*<\/server_uri>/, ""), host.run.slice(0, 300)]) {
      expect(await run(host, { input })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^ERROR event=failed standard input [^\n]*\n$/),
      });
    }
  });

  test("a collection that was rebuilt stops the input until the file is removed that the log names", async () => {
    const records = readRecords(sampleBytes());
    const served = records.slice(0, 100);
    const host = await startHost({ feed: { records: served } });
    expect(await run(host)).toMatchObject({ code: 0 });
    const rebuilt = records.slice(100, 150).map(({ object }) => ({ date_added: "2025-01-01T00:00:00.000000Z", object }));
    served.splice(0, served.length, ...rebuilt);
    const stopped = await run(host);
    expect(stopped).toMatchObject({ code: 2, stderr: expect.stringMatching(/ERROR event=failed collection .* rebuilt/) });
    const [, file = ""] = /The position is the file (\S+\.json)\./.exec(stopped.stderr) ?? [];
    rmSync(file);
    expect(await run(host)).toMatchObject({ code: 0 });
    expect(host.hec.events()).toHaveLength(150);
  });

  test("interval = 0: the next start waits until a minute has passed since the last poll", async () => {
    const host = await startHost({ parameters: { interval: "0" } });
    expect(await run(host)).toMatchObject({ code: 0 });
    const waiting = start(host);
    await new Promise<void>((resolve) => {
      waiting.process.stderr.on("data", (chunk: Buffer) => {
        if (chunk.toString().startsWith("INFO event=waiting")) resolve();
      });
    });
    waiting.process.kill();
    expect(await waiting.ended).toMatchObject({ code: 143 });
  });
});

describe("stopping", () => {
  test("SIGTERM and SIGINT leave at once, with the position of what was confirmed", async () => {
    for (const [signal, code] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      let arrived = (): void => undefined;
      const hanging = new Promise<void>((resolve) => (arrived = resolve));
      const host = await startHost({
        parameters: { page_size: "100" },
        hec: { intercept: (batch) => (batch === 3 ? (arrived(), "silence") : undefined) },
      });
      const started = start(host);
      await hanging;
      const before = performance.now();
      started.process.kill(signal);
      expect(await started.ended).toMatchObject({ code });
      expect(performance.now() - before).toBeLessThan(5000);
      expect(readdirSync(host.checkpoints).filter((name) => name.endsWith(".json"))).toHaveLength(1);
      expect(await run(host)).toMatchObject({ code: 0 });
      // Had the position not been saved, the first pages would be there twice.
      expect(host.hec.events()).toHaveLength(400);
    }
  });

  test("a Splunk that does not answer health events holds neither the lock nor the event stream of a run that is to leave", async () => {
    let arrived = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (arrived = resolve));
    const host = await startHost({
      parameters: { health: "true" },
      hec: {
        intercept: (_, events) => (events[0]?.sourcetype === "socdefenders:health" ? (arrived(), "silence") : undefined),
      },
    });
    const started = start(host);
    await hanging;
    started.process.kill();
    expect(await started.ended).toMatchObject({ code: 143, stdout: "<stream>\n</stream>\n" });
    expect(readdirSync(host.checkpoints).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  test("a splunkd that reads no more, or is gone, ends an input that writes to it; nothing is lost", async () => {
    const host = await startHost({ parameters: { output: "stdout" } });
    const deaf = start(host, { isDeaf: true });
    // The pipe holds 64 KB; the rest waits for a reader until the process is told to leave.
    await new Promise<void>((resolve) => deaf.process.stdout.once("readable", resolve));
    deaf.process.kill();
    expect(await deaf.ended).toMatchObject({ code: 143 });
    const gone = start(host);
    gone.process.stdout.destroy();
    expect(await gone.ended).toMatchObject({ code: 143 });
    const { stdout } = await run(host);
    expect(stdout.match(/<event /g)).toHaveLength(400);
  });

  test("kill −9 anywhere: nothing is lost, and no more than a page is there twice", async () => {
    const places = fc.constantFrom("feed", "HEC", "HEC has stored", "acknowledgement", "KV Store", "KV Store has it");
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 4 }), async (place, count) => {
        let strike = (): unknown => undefined;
        let left = count;
        // The count-th time that something happens there, the process is killed and hears no answer.
        const happens = (where: string): boolean => where === place && (left -= 1) === 0 && (strike(), true);
        const silent = (where: string) => (happens(where) ? ("silence" as const) : undefined);
        const host = await startHost({
          parameters: { page_size: "200", kv_store: "true" },
          feed: { intercept: () => (happens("feed") ? { status: 503, body: "" } : undefined) },
          hec: {
            acknowledgement: true,
            intercept: () => silent("HEC"),
            interceptAnswer: () => silent("HEC has stored"),
            interceptPoll: () => silent("acknowledgement"),
          },
          splunkd: {
            intercept: ({ path }) => (path.endsWith("/batch_find") && happens("KV Store") ? 503 : undefined),
            interceptAnswer: ({ path }) => path.endsWith("/batch_save") && happens("KV Store has it"),
          },
        });
        const started = start(host);
        strike = () => started.process.kill("SIGKILL");
        await started.ended;
        expect(await run(host)).toMatchObject({ code: 0 });
        expect(keys(host).size).toBe(400);
        expect(new Set(host.splunkd.documents().keys())).toEqual(keys(host));
        expect(host.hec.events().length).toBeLessThanOrEqual(600);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

describe("output = stdout", () => {
  test("events come as XML that splunkd takes, once, and hec is not needed", async () => {
    const host = await startHost({
      parameters: { output: "stdout", hec_endpoint: "", hec_credential: "", target_index: "threats", health: "true" },
    });
    const { code, stdout } = await run(host);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<stream>\n(?:<event stanza="socdefenders:\/\/main">.*<\/event>\n)+<\/stream>\n$/);
    expect(stdout).toMatch(
      /<event stanza="[^"]+"><time>\d{10}\.\d{3}<\/time><source>socdefenders:soc-defenders-all<\/source><sourcetype>socdefenders:indicator<\/sourcetype><index>threats<\/index><data>\{/,
    );
    // eslint-disable-next-line no-control-regex -- what XML 1.0 forbids
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(stdout.match(/<event /g)).toHaveLength(400);
    expect(host.hec.events()).toEqual([]);
    expect((await run(host)).stdout).toBe("<stream>\n</stream>\n");
  });
});

describe("health = true", () => {
  test("tells of each collection, each reason and each failed run, and fails none", async () => {
    const host = await startHost({ parameters: { health: "true", min_confidence: "70" } });
    const outcome = await run(host);
    expect(outcome).toMatchObject({ code: 0, stderr: expect.not.stringContaining("WARN") });
    const health = host.hec.events().filter(({ sourcetype }) => sourcetype === "socdefenders:health");
    const delivered = host.hec.events().length - health.length;
    expect(health.map(({ event }) => event)).toEqual([
      expect.objectContaining({
        kind: "run",
        status: "done",
        input: "socdefenders://main",
        collection: "soc-defenders-all",
        delivered,
      }),
      expect.objectContaining({ kind: "skipped", count: 1, reason: "identity objects are not sent to Splunk" }),
      expect.objectContaining({ kind: "skipped", count: expect.any(Number), reason: expect.stringMatching(/confidence/) }),
    ]);
    expect(health[0]?.event).toMatchObject({
      lag_s: expect.any(Number),
      duration_ms: expect.any(Number),
      version: expect.any(String),
    });
    expect(Number(health[0]?.time)).toBeGreaterThan(1_700_000_000);
    expectNoSecrets(outcome);
  });

  test("a Splunk that takes no health events does not fail the run; the log says so", async () => {
    const host = await startHost({
      parameters: { health: "true" },
      hec: {
        intercept: (_, events) =>
          events[0]?.sourcetype === "socdefenders:health" ? { status: 503, body: "<html>busy</html>" } : undefined,
      },
    });
    expect(await run(host)).toMatchObject({ code: 0, stderr: expect.stringMatching(/WARN event=health_not_sent .*HTTP 503/) });
    expect(host.hec.events()).toHaveLength(400);
  });

  test("a run that reaches no collection says why", async () => {
    const host = await startHost({ parameters: { health: "true", collections: "nope" } });
    expect(await run(host)).toMatchObject({ code: 2 });
    expect(host.hec.events().map(({ event }) => event)).toEqual([
      expect.objectContaining({ kind: "run", status: "failed", message: expect.stringContaining("no readable collection") }),
    ]);
  });

  test("with acknowledgement on the token, health events go on a channel of their own", async () => {
    const host = await startHost({ parameters: { health: "true" }, hec: { acknowledgement: true } });
    expect(await run(host)).toMatchObject({ code: 0, stderr: expect.not.stringContaining("WARN") });
    expect(host.hec.events().filter(({ sourcetype }) => sourcetype === "socdefenders:health")).toHaveLength(2);
  });
});

describe("kv_store = true", () => {
  test("writes one document an event, keeps when it was first seen, and moves the position only after it", async () => {
    let isFailing = true;
    const intercept = ({ path }: { path: string }) => (isFailing && path.endsWith("/batch_save") ? 400 : undefined);
    const host = await startHost({ parameters: { kv_store: "true" }, splunkd: { intercept } });
    expect(await run(host)).toMatchObject({ code: 4, stderr: expect.stringContaining("batch_save: HTTP 400") });
    expect(host.splunkd.documents().size).toBe(0);
    isFailing = false;
    expect(await run(host)).toMatchObject({ code: 0 });
    expect(new Set(host.splunkd.documents().keys())).toEqual(keys(host));
    const [document] = host.splunkd.documents().values();
    expect(document).toMatchObject({
      indicator_id: expect.stringMatching(/^indicator--/),
      ioc_value: expect.any(String),
      weight: expect.any(Number),
      modified_epoch: expect.any(Number),
      first_seen_here: expect.any(Number),
      revoked: expect.any(Boolean),
      collection: "soc-defenders-all",
    });
    expect(document?.["ioc_value"]).toBe(String(document?.["value_raw"]).toLowerCase());
    expect(document).not.toHaveProperty("suppressed");
  });

  test.each([
    [{ collections: [] }, /Install socdefenders_app/],
    [{ intercept: ({ path }: { path: string }) => (path.includes("/collections/") ? 403 : undefined) }, /write permission/],
  ])("validation says what it lacks", async (splunkd, remedy) => {
    const host = await startHost({ parameters: { kv_store: "true" }, splunkd });
    expect(await validate(host)).toMatchObject({ code: 1, stdout: expect.stringMatching(remedy) });
  });
});

describe("--validate-arguments", () => {
  test("tries feed and HEC for real and says nothing when all is well", async () => {
    const host = await startHost({ parameters: { health: "true" } });
    expect(await validate(host)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(host.hec.events()).toEqual([]);
  });

  test.each([
    [{ credential: "missing" }, /the stored credential missing cannot be read: HTTP 404/],
    [{ hec_endpoint: "" }, /hec_endpoint is missing/],
    [{ feed_endpoint: "feed.example" }, /feed_endpoint: not an http\(s\) address\. Write feed_endpoint as https/],
    [{ feed_proxy: "http://user:word@proxy.example:3128" }, /feed_proxy: user name or password.*HTTPS_PROXY/],
    [{ page_size: "5" }, /<message>page_size: (?!.*README)/],
    [{ auth: "basic" }, /auth: &#34;basic&#34; is not known\. Write auth as bearer or x-api-key\./],
    [{ output: "file" }, /output: &#34;file&#34; is not known\. Write output as hec or stdout\./],
    [{ kv_store: "maybe" }, /kv_store: .* Write kv_store as true or false/],
    [{ hec_endpoint: "http://splunk.example:8088" }, /would send the credential in clear/],
    [{ collections: "nope" }, /no readable collection/],
  ])("%j is one clear message", async (parameters, message) => {
    const outcome = await validate(await startHost({ parameters }));
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringMatching(message) });
    expect(outcome.stdout).toMatch(/^<error><message>[^<]+<\/message><\/error>\n$/);
    expectNoSecrets(outcome);
  });
});

test("a secret with a character that no header can carry is told as that, not as trouble of the network", async () => {
  for (const name of ["feed", "hec"]) {
    const host = await startHost({ splunkd: { secrets: { ...secrets, [name]: "copied\u200bwith-more-than-the-key" } } });
    const outcome = await validate(host);
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringMatching(/Give the credential again: .* HTTP header/) });
    expect(outcome.stdout).not.toContain("copied");
  }
});

test.each(["sk_live_pasted1", "0a1b2c3d-0000-4000-8000-123456789abc"])(
  "a secret that was pasted in the place of a credential's name is shown nowhere: %s",
  async (pasted) => {
    for (const parameter of ["credential", "hec_credential"]) {
      const host = await startHost({ parameters: { [parameter]: pasted } });
      for (const { stdout, stderr } of [await validate(host), await run(host)]) {
        expect(stdout + stderr).toMatch(
          /stored credential \[redacted\] cannot be read: HTTP 404 .*takes the name, never the secret/,
        );
        expect(stdout + stderr).not.toContain(pasted);
      }
    }
  },
);

describe("the wrapper", () => {
  /** A directory with a `node` that says it is of this version. */
  function pretendedNode(version: string): string {
    const path = join(temporaryDirectory(), "node");
    writeFileSync(
      path,
      `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo "started: $NODE_OPTIONS$LD_LIBRARY_PATH$OPENSSL_CONF"\n`,
    );
    chmodSync(path, 0o755);
    return path;
  }
  const wrapper = (args: readonly string[], environment: Record<string, string>): Promise<Outcome> =>
    startInput(program, args, { environment }).ended;

  test("prints the scheme, with Node and without", async () => {
    const { stdout, code } = await wrapper(["--scheme"], { SOCDEFENDERS_NODE: process.execPath });
    expect(code).toBe(0);
    const bundle = program.replace(/sh$/, "mjs");
    expect(await startInput(process.execPath, [bundle, "--scheme"]).ended).toMatchObject({ code: 0, stdout, stderr: "" });
  });

  test.each(["v22.19.0", "v22.21.3", "v24.0.0", "v30.1.0"])(
    "starts Node %s without splunkd's libraries and options",
    async (version) => {
      const environment = {
        SOCDEFENDERS_NODE: pretendedNode(version),
        NODE_OPTIONS: "--bad",
        OPENSSL_CONF: "/bad",
        LD_PRELOAD: "",
      };
      expect(await wrapper([], environment)).toMatchObject({ code: 0, stdout: "started: \n" });
    },
  );

  test.each(["v8.1.0", "v20.19.0", "v22.9.0", "v22.18.5"])("does not start Node %s", async (version) => {
    const { stdout } = await wrapper([], { SOCDEFENDERS_NODE: pretendedNode(version), PATH: "/bin:/usr/bin" });
    expect(stdout).not.toContain("started");
  });

  test("finds Node by local/node-path of the add-on", async () => {
    const addOn = unpackAddOn();
    mkdirSync(join(addOn, "local"));
    writeFileSync(join(addOn, "local/node-path"), `${pretendedNode("v24.1.0")}\n`);
    expect(await startInput(join(addOn, "bin/socdefenders.sh"), []).ended).toMatchObject({ stdout: "started: \n" });
  });

  test.skipIf(["/usr/local/bin/node", "/opt/node/bin/node"].some((path) => existsSync(path)))(
    "without Node it still registers, and says what is missing in each mode",
    async () => {
      // No directory with a node: cat and the shell's own commands are all the wrapper needs.
      const tools = temporaryDirectory();
      writeFileSync(join(tools, "cat"), `#!/bin/sh\nexec /bin/cat "$@"\n`);
      chmodSync(join(tools, "cat"), 0o755);
      const environment = { PATH: tools, SOCDEFENDERS_NODE: "/nowhere/node" };
      expect((await wrapper(["--scheme"], environment)).stdout).toMatch(/^<scheme>/);
      const missing = expect.stringContaining("Node.js 22.19 or newer was not found");
      expect(await wrapper(["--validate-arguments"], environment)).toMatchObject({ code: 2, stdout: missing });
      expect(await wrapper([], environment)).toMatchObject({ code: 2, stderr: missing, stdout: "" });
    },
  );
});
