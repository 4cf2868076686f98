import type { Conf } from "./conf.ts";

export interface Token {
  readonly kind: "string" | "word" | "number" | "operator" | "open" | "close" | "comma";
  readonly text: string;
}

const grammar =
  /\s+|(?<string>"(?:\\[\s\S]|[^"\\])*")|(?<number>\d+(?:\.\d+)?[smhd]?(?![\w.]))|(?<word>[A-Za-z_][\w.:]*(?:\*|\b)|\*)|(?<open>[([])|(?<close>[)\]])|(?<comma>,)|(?<pipe>\|)|(?<operator>!=|<=|>=|[=<>+\-*/%.])/y;

/**
 * The commands of a search, each as its tokens, without a leading `search`. Macros and tokens of a dashboard must have been replaced.
 * Throws on an open quote, on brackets that do not pair, on an empty command and on characters that no search of ours has.
 */
export function parseSearch(search: string): readonly (readonly Token[])[] {
  const pipeline: Token[][] = [[]];
  const brackets: string[] = [];
  grammar.lastIndex = 0;
  while (grammar.lastIndex < search.length) {
    const at = grammar.lastIndex;
    const groups = grammar.exec(search)?.groups;
    if (groups === undefined) throw new Error(`not understood: ${search.slice(at, at + 40)}`);
    const [kind, text] = Object.entries(groups).find(([, part]) => part !== undefined) ?? [];
    if (kind === undefined || text === undefined) continue;
    if (kind === "open") brackets.push(text === "(" ? ")" : "]");
    if (kind === "close" && brackets.pop() !== text) throw new Error(`${text} closes nothing: ${search.slice(0, at)}`);
    if (kind !== "pipe") pipeline.at(-1)?.push({ kind: kind as Token["kind"], text });
    else if (brackets.length > 0) throw new Error(`a pipe inside brackets: ${search.slice(0, at)}`);
    else pipeline.push([]);
  }
  if (brackets.length > 0) throw new Error(`${brackets.length} brackets stay open: ${search}`);
  const commands = isGenerating(search) ? pipeline.slice(1) : pipeline;
  if (commands.some((command) => command.length === 0)) throw new Error(`an empty command: ${search}`);
  return commands;
}

/** Whether a search begins with a command; otherwise its first part is a search of the index. */
export function isGenerating(search: string): boolean {
  return search.trimStart().startsWith("|");
}

/** Replaces macros by their definitions, as Splunk does before it reads a search. Throws where one is not defined. */
export function expandMacros(search: string, macros: Conf, depth = 0): string {
  if (depth > 10) throw new Error(`macros that hold each other: ${search}`);
  return search.replace(/`([^`]+)`/g, (_, call: string) => {
    const [, name = "", given] = /^(\w+)(?:\((.*)\))?$/.exec(call.trim()) ?? [];
    const values = given?.split(",").map((value) => value.trim()) ?? [];
    const macro = macros.get(values.length === 0 ? name : `${name}(${values.length})`);
    if (macro === undefined) throw new Error(`no macro ${call}`);
    const names =
      macro
        .get("args")
        ?.split(",")
        .map((one) => one.trim()) ?? [];
    if (names.length !== values.length) throw new Error(`${name} takes ${names.length} arguments`);
    const body = names.reduce(
      (text, one, place) => text.replaceAll(`$${one}$`, values[place] ?? ""),
      macro.get("definition") ?? "",
    );
    if (/\$\w+\$/.test(body)) throw new Error(`${name} has an argument that it does not name`);
    return expandMacros(body, macros, depth + 1);
  });
}

/** Names that a search makes itself: by eval, AS, rex, or as the field of a data set behind its prefix. */
export function madeNames(search: string): ReadonlySet<string> {
  const patterns = [/\bAS (\w+)/g, /\(\?<(\w+)>/g, /[|,]\s*(?:eval )?(\w+)=(?!=)/g, /\b[A-Z]\w+\.(\w+)/g];
  return new Set(patterns.flatMap((pattern) => [...search.matchAll(pattern)].map(([, name]) => name ?? "")));
}
