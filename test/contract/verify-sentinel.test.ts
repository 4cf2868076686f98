import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("../../docs/verify-sentinel.sh", import.meta.url));
const workspace = "/subscriptions/s/resourceGroups/siem/providers/Microsoft.OperationalInsights/workspaces/sentinel";
const site = "/subscriptions/s/resourceGroups/connector/providers/Microsoft.Web/sites/socdefenders-1";
const key = 'a secret "key" with a \\ in it';

// Answers of az by a part of its arguments: the first that fits. Each call is noted, with the content of a file of parameters.
const answers: readonly (readonly [part: string, answer: string])[] = [
  ["properties.customerId", "customer"],
  ["deployment group create", "socdefenders-1"],
  ["query id", site],
  ["defaultHostName", "socdefenders-1.example"],
  ["principalId", "principal"],
  ["SENTINEL_DESTINATIONS", "logs,threat-intelligence"],
  ["SOCDEFENDERS_VERIFY'", "kept"],
  ["DCR_IMMUTABLE_ID", "dcr-1"],
  ["languageWorkers", ""],
  ["endpoints.resourceManager", "https://management.azure.com/"],
  ["secretUriWithVersion", "https://vault.example/secrets/socdefenders-api-key/1"],
  ["properties.status", "Resolved"],
  ["role assignment list", "1"],
  ["keys list", "master-key"],
  ["properties.AppId", "component"],
  ["app-insights query", "1"],
  ["print n", "2026-11-21T12:00:00Z"],
  ["project n = Status", "succeeded"],
  ["copies > 1", "0"],
  ["isnull(", "0"],
  ["ingestion_time()", "0"],
  ["isempty(ObservableValue)", "0"],
  ["summarize n = ", "5000"],
];

/** Runs the script with an `az` and a `curl` of the test's own. */
function verify(words: readonly string[], wrongAnswers: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "verify-sentinel-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const cases = answers.map(([part, answer]) => `  *${quote(part)}*) printf '%s\\n' ${quote(wrongAnswers[part] ?? answer)} ;;`);
  const calls = join(directory, "calls");
  const note = `printf '%s\\n' "$*" >>${quote(calls)}\nfor word in "$@"; do case $word in @*) cat "\${word#@}" >>${quote(calls)} ;; esac; done\n`;
  program(directory, "az", `${note}case "$*" in\n${cases.join("\n")}\nesac`);
  program(directory, "curl", `${note}printf '202 1.5'`);
  const zip = join(directory, "function-app.zip");
  writeFileSync(zip, "");
  const environment = { PATH: `${directory}:${process.env["PATH"]}`, SOCDEFENDERS_API_KEY: key };
  const { status, stdout, stderr } = spawnSync("sh", [script, ...words.map((word) => word.replace("ZIP", zip))], {
    env: environment,
    encoding: "utf8",
  });
  const noted = words.includes("--workspace") ? readFileSync(calls, "utf8") : "";
  return { status, stdout, stderr, lines: noted.split("\n") };
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function program(directory: string, name: string, body: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(directory, name), 0o755);
}

const existing = ["--group", "connector", "--workspace", workspace, "--app", "socdefenders-1", "--wait", "0"];

test("it says how it is called", () => {
  const { status, stdout } = verify(["--help"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^usage: verify-sentinel\.sh --group GROUP --workspace ID/);
});

test.each([
  [[], /--group is missing/],
  [["--group"], /--group needs a value/],
  [["--group", "connector"], /--workspace is not the resource id/],
  [["--group", "connector", "--nonsense"], /unknown: --nonsense/],
])("%j is refused", (words, message) => {
  const { status, stderr } = verify(words);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test("an existing deployment is looked at, a run is started, and nothing is changed", () => {
  const { status, stdout, stderr, lines } = verify(existing);
  expect(stderr).toBe("");
  expect(stdout).not.toContain("FAILED");
  expect(stdout).toContain("ok      a run is started: HTTP 202 after 1.5 s");
  expect(stdout.match(/^ok {6}/gm)?.length).toBeGreaterThan(14);
  expect(status).toBe(0);
  expect(lines.filter((line) => / (?:create|set|delete|config-zip)\b/.test(line))).toEqual([]);
});

test("what is said to an empty list and whether the content is valid is asked for only where it was wanted, and changes nothing", () => {
  const { status, stdout, lines } = verify([...existing, "--probe", "--content"], {
    languageWorkers: "--max-old-space-size=192",
    "endpoints.resourceManager": "https://management.usgovcloudapi.net/",
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^note {4}languageWorkers__node__arguments: --max-old-space-size=192; /m);
  expect(stdout).toMatch(/^note {4}the Logs Ingestion API says to an empty list: exit code 0 of az/m);
  expect(stdout).toMatch(/^note {4}the upload API says to an empty list: exit code 0 of az/m);
  expect(stdout).toMatch(/^ok {6}Azure takes the content for valid$/m);
  expect(lines.filter((line) => / (?:create|set|delete|config-zip)\b/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.startsWith("rest --method post")).length).toBe(2);
  expect(lines.find((line) => line.startsWith("deployment group validate"))).toMatch(
    /--resource-group siem .*workspaceName=sentinel/,
  );
});

test("a deployment is made twice, and the key is given once, in a file", () => {
  const { status, stdout, lines } = verify([...existing, "--deploy", "--zip", "ZIP"]);
  expect(stdout).not.toContain("FAILED");
  expect(status).toBe(0);
  expect(stdout).toContain("ok      that kept the key");
  const bodies = lines.join("\n").match(/\{"\$schema"[\s\S]*?\}\}\}/g) ?? [];
  expect(
    bodies.map((body) => (JSON.parse(body) as { parameters: Record<string, { value: string }> }).parameters["feedApiKey"]?.value),
  ).toEqual([key, ""]);
  const shown = [stdout, ...lines.filter((line) => !line.includes("feedApiKey"))].join("\n");
  expect(shown).not.toMatch(/a secret|master-key/);
});

test.each([
  ["properties.status", "AccessToKeyVaultDenied", /^FAILED {2}the reference to the key is resolved \(AccessToKeyVaultDenied\)$/m],
  ["role assignment list", "0", /^FAILED {2}the identity has the role Key Vault Secrets User/m],
  ["project n = Status", "", /^FAILED {2}a health row of logs within/m],
  ["copies > 1", "3", /^FAILED {2}values that were delivered twice; .* \(3\)$/m],
  ["app-insights query", "0", /^FAILED {2}runs in Application Insights/m],
])("when %s answers %j it fails and says so", (part, answer, message) => {
  const { status, stdout } = verify(existing, { [part]: answer });
  expect(stdout).toMatch(message);
  expect(status).toBe(1);
});
