import { readFileSync } from "node:fs";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { createSecret, type Secret } from "./secret.ts";

/**
 * Checks one section of the configuration against a strict schema; a key written without a value is one that is not set. Throws
 * ConfigurationError that names every wrong key with its full path; an unknown key comes with the nearest known one.
 */
export function parseSection<T>(schema: z.ZodType<T>, input: unknown, path: string): T {
  const section = input ?? {};
  const parsed = schema.safeParse(withoutNull(section));
  if (parsed.success) return parsed.data;
  if (typeof section !== "object" || Array.isArray(section)) {
    throw new ConfigurationError(`${path === "" ? "the configuration" : path} is not a list of keys with values`, {
      remedy: "Write it as key: value, one a line.",
    });
  }
  const problems = parsed.error.issues.map((issue) => describe(issue, schema, path));
  throw new ConfigurationError(problems.join("; "), { remedy: "Correct what the message names." });
}

function withoutNull(section: unknown): unknown {
  if (typeof section !== "object" || section === null || Array.isArray(section)) return section;
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, value ?? undefined]));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, path: string): string {
  const where = [path, ...issue.path].filter((part) => part !== "").join(".");
  if (issue.code === "unrecognized_keys") {
    const known = schema instanceof z.ZodObject && issue.path.length === 0 ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => unknownKey(path === "" ? "" : `${where}.`, key, known)).join("; ");
  }
  if (issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined"))
    return `${where} is missing`;
  return `${where}: ${issue.message}`;
}

function unknownKey(prefix: string, key: string, known: readonly string[]): string {
  // `token:abc` without a blank is a key to YAML: what does not look like one may be a secret.
  const [name = ""] = key.split(":");
  const shown = /^\w{1,40}$/.test(name) ? `${prefix}${name}` : `${prefix}(not shown)`;
  const hint = name === key ? "" : ", a blank is missing after the colon";
  return `unknown key ${shown}${known.length === 0 ? "" : ` (did you mean ${closest(name, [...known])}?)`}${hint}`;
}

/** A value given either in the configuration or as the path of a file that holds it. Throws ConfigurationError on neither or both. */
export function textOrFile(value: string | undefined, file: string | undefined, key: string): Secret {
  if ((value === undefined) === (file === undefined)) {
    const problem = value === undefined ? `${key} is missing` : `${key} and ${key}_file are both given`;
    throw new ConfigurationError(problem, { remedy: `Give either ${key} or ${key}_file.` });
  }
  const content = value ?? readTextFile(file ?? "", `${key}_file`).trim();
  // eslint-disable-next-line no-control-regex -- exactly these cannot stand in a header
  if (/[\u0000-\u001f\u007f]/.test(content)) {
    throw new ConfigurationError(`${key}: a line break or control character inside`, { remedy: `Give ${key} on one line.` });
  }
  if (content !== "") return createSecret(content);
  throw new ConfigurationError(`${key}_file: the file is empty`, { remedy: "Write the value into it, alone." });
}

/** A small text file that the configuration names. Throws ConfigurationError naming the key and the path. */
export function readTextFile(path: string, key: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`${key}: ${(cause as Error).message}`, { remedy: `Check the path and its permissions.`, cause });
  }
}
