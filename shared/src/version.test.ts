import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "./version.ts";

test.each(["shared", "packages/cli", "packages/splunk", "packages/sentinel", "packages/opencti", "packages/simulator"])(
  "%s is released with this version",
  (folder) => {
    const manifest = JSON.parse(readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), "utf8")) as {
      version: string;
    };
    expect(manifest.version).toBe(version);
  },
);
