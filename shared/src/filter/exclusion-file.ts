import { readTextFile } from "../config/section.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { parseExclusion, type Exclusion } from "./exclusion.ts";

/** An entry as it was written, and what it means. */
export interface WrittenExclusion {
  readonly text: string;
  readonly exclusion: Exclusion;
}

/** Reads entries of the configuration; `where` names one of them by its place from 0. Throws ConfigurationError. */
export function readExclusions(entries: readonly string[], where: (place: number) => string): readonly WrittenExclusion[] {
  return entries.map((text, place) => {
    const exclusion = parseExclusion(text);
    if (exclusion !== undefined) return { text, exclusion };
    throw new ConfigurationError(`${where(place)}: neither a value nor a range nor a domain: ${JSON.stringify(text)}`, {
      remedy: "Write a value (8.8.8.8, example.com), a CIDR range (10.0.0.0/8) or a domain with its subdomains (*.example.com).",
    });
  });
}

/** Reads a file of entries, one a line; what follows a `#` at the start or after a blank is a comment. Throws ConfigurationError. */
export function readExclusionFile(path: string, key: string): readonly WrittenExclusion[] {
  const lines = readTextFile(path, key)
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, place) => ({ text: line.replace(/(^|\s)#.*$/, "").trim(), number: place + 1 }))
    .filter(({ text }) => text !== "");
  return readExclusions(
    lines.map(({ text }) => text),
    (place) => `${key}: ${path} line ${lines[place]?.number}`,
  );
}
