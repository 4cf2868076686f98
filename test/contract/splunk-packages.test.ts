import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "@socdefenders/shared";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../temporary.ts";

const packages = ["TA_socdefenders", "socdefenders_app"];
const [first, second] = [temporaryDirectory(), temporaryDirectory()];
const archive = (directory: string, name: string): string => join(directory, `${name}-${version}.tar.gz`);

beforeAll(() => {
  const cwd = fileURLToPath(new URL("../../packages/splunk/", import.meta.url));
  for (const directory of [first, second]) execFileSync(process.execPath, ["build.ts", directory], { cwd });
}, 30_000);

interface Entry {
  readonly mode: string;
  readonly owner: string;
  readonly bytes: number;
  readonly path: string;
}

function entries(name: string): readonly Entry[] {
  const listing = execFileSync("tar", ["-tvzf", archive(first, name)], { encoding: "utf8", env: { ...process.env, TZ: "UTC" } });
  return listing
    .trim()
    .split("\n")
    .map((line) => {
      const [mode = "", owner = "", bytes = "", , , path = ""] = line.split(/\s+/);
      return { mode, owner, bytes: Number(bytes), path };
    });
}

function read(name: string, path: string): Buffer {
  return execFileSync("tar", ["-xOzf", archive(first, name), `${name}/${path}`]);
}

test.each(packages)("%s is the same bytes in every build", (name) => {
  const digest = (directory: string) =>
    createHash("sha256")
      .update(readFileSync(archive(directory, name)))
      .digest("hex");
  expect(digest(first)).toBe(digest(second));
});

test.each(packages)("%s has one folder, sorted files of root, no hidden ones, none empty", (name) => {
  const files = entries(name);
  expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted());
  const wanted = files.map(({ path }) => ({ path, owner: "root/root", mode: path.endsWith(".sh") ? "-rwxr-xr-x" : "-rw-r--r--" }));
  expect(files).toMatchObject(wanted);
  expect(files.filter(({ path, bytes }) => !path.startsWith(`${name}/`) || bytes === 0)).toEqual([]);
  expect(files.filter(({ path }) => /\/\.|\/local(?:\/|\.meta$)|passwords\.conf$/.test(path))).toEqual([]);
  expect(readFileSync(archive(first, name)).byteLength).toBeLessThan(2_000_000);
});

test("the app has no code: it may be installed on search heads of Splunk Cloud", () => {
  expect(entries("socdefenders_app").filter(({ path }) => /\/bin\/|\.(?:sh|cmd|m?js|py)$/.test(path))).toEqual([]);
});

test.each(packages)("%s says one version everywhere, and its id is its folder", (name) => {
  const conf = read(name, "default/app.conf").toString();
  expect([...conf.matchAll(/^version = (.*)$/gm)].map(([, said]) => said)).toEqual([version, version]);
  expect(conf).toMatch(new RegExp(`^id = ${name}$`, "m"));
  const { schemaVersion, info } = JSON.parse(read(name, "app.manifest").toString()) as Manifest;
  expect(schemaVersion).toBe("2.0.0");
  expect(info.id).toMatchObject({ name, version });
});

interface Manifest {
  readonly schemaVersion: string;
  readonly info: { readonly id: { readonly name: string; readonly version: string } };
}

test.each(packages)("%s has icons of the sizes that Splunk Web asks for", (name) => {
  for (const [file, size] of [
    ["appIcon", 36],
    ["appIcon_2x", 72],
    ["appIconAlt", 36],
    ["appIconAlt_2x", 72],
  ] as const) {
    const png = read(name, `static/${file}.png`);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  }
});

const manual = readFileSync(new URL("../../docs/splunk.md", import.meta.url), "utf8");

test("every event of the log that the manual explains is one that is logged", () => {
  const folders = ["../../shared/src/", "../../packages/splunk/src/", "../../packages/splunk/app/bin/"];
  const sources = folders.flatMap((folder) => {
    const base = new URL(folder, import.meta.url);
    const names = readdirSync(base, { recursive: true, encoding: "utf8" });
    return names.filter((name) => /(?<!\.test)\.(?:ts|sh)$/.test(name)).map((name) => readFileSync(new URL(name, base), "utf8"));
  });
  const logged = sources.flatMap((text) =>
    [...text.matchAll(/\b(?:info|warn|error)\(\s*"(\w+)"|event=(\w+)/g)].map(([, called, written]) => called ?? written),
  );
  const explained = [...manual.matchAll(/event=([a-z]\w*)/g)].map(([, name]) => name);
  expect(explained.length).toBeGreaterThan(10);
  expect(explained.filter((name) => !logged.includes(name))).toEqual([]);
});

test("every parameter of the input is explained to operators", () => {
  const spec = read("TA_socdefenders", "README/inputs.conf.spec").toString();
  const parameters = [...spec.matchAll(/^(\w+) = /gm)].map(([, name]) => name ?? "");
  expect(parameters).toContain("feed_endpoint");
  expect(parameters.filter((name) => !manual.includes(`| \`${name}\``))).toEqual([]);
});
