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
  const parsed = schema.safeParse(withoutNull(input ?? {}));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describe(issue, schema, path));
  throw new ConfigurationError(problems.join("; "), { remedy: "Correct the configuration; docs list every key." });
}

function withoutNull(section: unknown): unknown {
  if (typeof section !== "object" || section === null || Array.isArray(section)) return section;
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, value ?? undefined]));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, path: string): string {
  const where = [path, ...issue.path].filter((part) => part !== "").join(".");
  if (issue.code === "unrecognized_keys") {
    const known = schema instanceof z.ZodObject && issue.path.length === 0 ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => unknownKey(`${path === "" ? "" : `${where}.`}${key}`, key, known)).join("; ");
  }
  if (issue.code === "invalid_type" && issue.input === undefined && issue.message.includes("undefined"))
    return `${where} is missing`;
  return `${where}: ${issue.message}`;
}

function unknownKey(where: string, key: string, known: readonly string[]): string {
  return known.length === 0 ? `unknown key ${where}` : `unknown key ${where} (did you mean ${closest(key, [...known])}?)`;
}

/** A value given either in the configuration or as the path of a file that holds it. Throws ConfigurationError on neither or both. */
export function textOrFile(value: string | undefined, file: string | undefined, key: string): Secret {
  if ((value === undefined) === (file === undefined)) {
    const problem = value === undefined ? `${key} is missing` : `${key} and ${key}_file are both given`;
    throw new ConfigurationError(problem, { remedy: `Give either ${key} or ${key}_file.` });
  }
  if (value !== undefined) return createSecret(value);
  const content = readTextFile(file ?? "", `${key}_file`).trim();
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
