import { readText } from "./pages.ts";

export interface Syntax {
  readonly arguments: number;
  readonly options: ReadonlySet<string>;
}

/** The commands by their whole names, read from their declarations: commander prints nothing that a test could rely on. */
export function commands(): ReadonlyMap<string, Syntax> {
  const syntax = new Map<string, Syntax>();
  const groups = new Map<string, string>();
  const source = readText("packages/cli/src/main.ts");
  for (const [, parent = "", name = "", body = ""] of source.matchAll(/(program|\w+)\s*\.command\("([\w-]+)"\)([^]*?);\n/g)) {
    const [, group] = new RegExp(`const (\\w+) = ${parent}\\s*\\.command\\("${name}"\\)`).exec(source) ?? [];
    if (group !== undefined) groups.set(group, name);
    const whole = [groups.get(parent), name].filter((part) => part !== undefined).join(" ");
    const options = [...body.matchAll(/(?:\.(?:option|requiredOption)|new Option)\(\s*"(--[\w-]+)/g)].map(
      ([, option = ""]) => option,
    );
    syntax.set(whole, { arguments: [...body.matchAll(/\.argument\(/g)].length, options: new Set(options) });
  }
  // Those of `init` are made of its settings.
  const flags = readText("packages/cli/src/init/settings.ts").matchAll(/flag: "([\w-]+)"/g);
  const init = syntax.get("init") ?? { arguments: 0, options: new Set() };
  syntax.set("init", { ...init, options: new Set([...init.options, ...[...flags].map(([, flag = ""]) => `--${flag}`)]) });
  return syntax;
}
