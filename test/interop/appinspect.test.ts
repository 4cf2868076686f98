import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { version } from "@socdefenders/shared";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonEnvironment } from "./python.ts";

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), "socdefenders-appinspect-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let python: string;

beforeAll(async () => {
  const cwd = fileURLToPath(new URL("../../packages/splunk/", import.meta.url));
  execFileSync(process.execPath, ["build.ts", directory], { cwd });
  python = await pythonEnvironment(["splunk-appinspect==4.3.1"]);
  await run(python, ["-c", "import magic"]).catch((cause: unknown) => {
    throw new Error("libmagic is missing; get it with: apt-get install -y --no-install-recommends libmagic1", { cause });
  });
}, 300_000);

interface Report {
  readonly summary: Readonly<Record<string, number>>;
  readonly reports: readonly { readonly groups: readonly { readonly checks: readonly Check[] }[] }[];
}

interface Check {
  readonly name: string;
  readonly result: string;
  readonly messages: readonly { readonly message: string }[];
}

/** What AppInspect finds with these tags, each warning as the name of its check and its message. */
async function inspect(name: string, tags: readonly string[]) {
  const output = join(directory, `${name}-${tags.join("-")}.json`);
  const asked = tags.flatMap((tag) => ["--included-tags", tag]);
  const code = "import sys; from splunk_appinspect.main import execute; sys.exit(execute())";
  const program = [
    "-c",
    code,
    "inspect",
    join(directory, `${name}-${version}.tar.gz`),
    "--mode",
    "precert",
    "--output-file",
    output,
  ];
  await run(python, [...program, ...asked], { maxBuffer: 50_000_000, timeout: 200_000 }).catch((error: unknown) => {
    // Findings end it with another code than 0; the report is what counts, and without one the next line says so.
    if ((error as { killed?: boolean }).killed === true) throw error;
  });
  const { summary, reports } = JSON.parse(readFileSync(output, "utf8")) as Report;
  const checks = reports.flatMap(({ groups }) => groups.flatMap((group) => group.checks));
  return { summary, found: checks.filter(({ result }) => !["success", "not_applicable"].includes(result)) };
}

// Each of them is explained in docs/splunk.md, by the name of its check.
const explained: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  TA_socdefenders: {
    check_that_app_contains_any_windows_specific_components: /bin\/socdefenders\.cmd/,
    check_for_indexer_synced_configs: /default\/inputs\.conf/,
    check_for_modular_inputs: /App contains modular inputs/,
    check_hostnames_and_ips: /PUBLIC IP \d+(?:\.\d+){3} is found in bin\/socdefenders\.mjs/,
  },
  socdefenders_app: { check_collections_conf: /App contains collections\.conf/ },
};

const inspections = Object.keys(explained).flatMap((name) => [[], ["cloud"]].map((tags) => [name, tags] as const));

test.each(inspections)(
  "AppInspect finds no error and no failure in %s %o, and no warning that is not explained",
  async (name, tags) => {
    const { summary, found } = await inspect(name, tags);
    expect(summary).toMatchObject({ error: 0, failure: 0, future_failure: 0 });
    expect(summary["success"]).toBeGreaterThan(50);
    const manual = readFileSync(new URL("../../docs/splunk.md", import.meta.url), "utf8");
    for (const { name: check, result, messages } of found) {
      expect([check, result]).toEqual([check, "warning"]);
      expect(manual).toContain(`\`${check}\``);
      for (const { message } of messages) expect(`${check}: ${message}`).toMatch(explained[name]?.[check] ?? /^not explained$/);
    }
  },
);
