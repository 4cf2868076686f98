import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandWords, createWording, retold, type HostWords } from "./host-words.ts";

const words: HostWords = {
  acceptReset: "reset it in $& the form",
  acceptGap: "b",
  forgetWait: "c",
  listCollections: "d",
  clientCertificate: "e",
  nameAuthority: "f",
};

test("a host tells with its own words what the command calls otherwise", () => {
  const tell = createWording(words, { "feed.start": "start" });
  expect(tell(`Ask; if so, ${commandWords.acceptReset} to read it from feed.start.`)).toBe(
    "Ask; if so, reset it in $& the form to read it from start.",
  );
  for (const [key, theirs] of Object.entries(commandWords)) expect(tell(theirs)).toBe(words[key as keyof HostWords]);
});

test("a name that the host has no other for stays, and so does every other text", () => {
  const tell = createWording(words, { "feed.start": "start" });
  expect(tell("Check feed.endpoint, xfeed.start and a.b.")).toBe("Check feed.endpoint, xfeed.start and a.b.");
});

test("no other text of the core names a command or a file that only the command has", () => {
  const directory = join(import.meta.dirname, "..");
  const files = globSync("**/*.ts", { cwd: directory }).filter((file) => !/\.test\.|host-words/.test(file));
  expect(files.length).toBeGreaterThan(100);
  const named = files.flatMap((file) => {
    const texts = readFileSync(join(directory, file), "utf8").split("\n");
    const isComment = (line: string): boolean => /^\s*(\/\/|\*|\/\*)/.test(line);
    return texts.filter((line) => !isComment(line) && /`socdefenders [a-z]|--accept|budget-\*/.test(line));
  });
  expect(named).toEqual([]);
});

test("a record of the log is told so with its advice, and with all else of its context", () => {
  const tell = createWording(words, { "feed.start": "start" });
  const record = {
    level: "warn",
    event: "cut",
    message: "feed.start is cut",
    context: { remedy: "Check feed.start.", pages: 3 },
  } as const;
  expect(retold(record, tell)).toEqual({
    level: "warn",
    event: "cut",
    message: "start is cut",
    context: { remedy: "Check start.", pages: 3 },
  });
});
