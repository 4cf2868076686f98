import { readText, sources } from "./pages.ts";

/** The names of log events in a source text; `undefined` where the name is no literal. */
export function eventsIn(source: string): readonly (string | undefined)[] {
  const calls = source.matchAll(/\blog\.(?:debug|info|warn|error)\(\s*(?:"([a-z_]+)"|\w+)\s*,/g);
  const indirect = source.matchAll(/\b(?:fail\(|event: )"([a-z_]+)"|\bevent=([a-z_]+) /g);
  return [...[...calls].map(([, name]) => name), ...[...indirect].map(([, one, other]) => one ?? other)];
}

export interface ReportedError {
  readonly file: string;
  /** What stands in its message, `…` for each part that differs; empty where all of it comes from elsewhere. */
  readonly messages: readonly string[];
}

/** The errors with a remedy that a source text makes. */
export function errorsIn(source: string, file: string): readonly ReportedError[] {
  const made = source.matchAll(/new (?:Configuration|Position|Rebuilt|Feed|Target|Lock)Error\(/g);
  return [...made].map(({ 0: { length }, index }) => ({ file, messages: literalsOf(source, index + length) }));
}

export const reportedErrors = (): readonly ReportedError[] => sources.flatMap((file) => errorsIn(readText(file), file));

/** Errors that pass on what another one, or a server, says, by file: what they add is in their remedy. */
export const passedOn: Readonly<Record<string, number>> = {
  "packages/cli/src/commands/checkpoint.ts": 1,
  "packages/opencti/src/platform/amqp.ts": 1,
  "packages/opencti/src/platform/directory.ts": 1,
  "packages/opencti/src/platform/examination.ts": 1,
  "packages/opencti/src/platform/graphql.ts": 1,
  "packages/opencti/src/platform/settings.ts": 1,
  "packages/sentinel/src/checkpoint.ts": 1,
  "packages/sentinel/src/function/health.ts": 2,
  "packages/sentinel/src/logs/answer.ts": 2,
  "packages/sentinel/src/settings.ts": 1,
  "packages/sentinel/src/state/container.ts": 1,
  "packages/sentinel/src/threat-intelligence/answer.ts": 1,
  "packages/splunk/src/checkpoint.ts": 1,
  "packages/splunk/src/health-sender.ts": 1,
  "packages/splunk/src/kv-store.ts": 1,
  "shared/src/config/load.ts": 1,
  "shared/src/config/section.ts": 3,
  "shared/src/vendor/article-query.ts": 1,
};

/** The text literals of the argument that starts there, with `…` for what is put into them. */
function literalsOf(source: string, start: number): readonly string[] {
  const literals: string[] = [];
  let depth = 0;
  for (let place = start; place < source.length; place += 1) {
    const character = source[place] ?? "";
    if (depth === 0 && (character === "," || character === ")")) break;
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === '"' || character === "`") {
      const literal = readLiteral(source, place);
      if (depth === 0) literals.push(literal.text);
      place = literal.end;
    }
  }
  return literals.filter((text) => /\w/.test(text.replaceAll("…", "")));
}

/** The literal that starts at its quote; `end` is where the closing one stands. */
function readLiteral(source: string, start: number): { readonly text: string; readonly end: number } {
  const quote = source[start];
  let text = "";
  for (let place = start + 1; place < source.length; place += 1) {
    if (source[place] === quote) return { text: text.replaceAll(/…(?:…)+/g, "…"), end: place };
    if (source[place] === "\\") text += source[(place += 1)];
    else if (quote === "`" && source.startsWith("${", place)) {
      place = endOfPart(source, place + 2);
      text += "…";
    } else text += source[place];
  }
  throw new Error("a text without an end");
}

/** Where the brace stands that ends a `${…}`, texts inside it passed over. */
function endOfPart(source: string, start: number): number {
  let depth = 1;
  for (let place = start; place < source.length; place += 1) {
    const character = source[place] ?? "";
    if (character === '"' || character === "`") place = readLiteral(source, place).end;
    else if (character === "{") depth += 1;
    else if (character === "}" && (depth -= 1) === 0) return place;
  }
  throw new Error("a part without an end");
}
