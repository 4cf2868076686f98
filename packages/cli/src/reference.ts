import type { JsonSchema } from "./schema.ts";

/**
 * The reference page with the tables of its sections made anew: what stands between `<!-- keys of NAME -->` and `<!-- end -->`. Throws
 * where a section has no place in the page.
 */
export function fillReference(page: string, sections: Readonly<Record<string, JsonSchema>>): string {
  return Object.entries(sections).reduce((text, [name, section]) => {
    const place = new RegExp(`(<!-- keys of ${name} -->\n)[\\s\\S]*?(\n<!-- end -->)`);
    if (!place.test(text)) throw new Error(`the page has no place for the keys of ${name}`);
    return text.replace(place, (_, begin: string, end: string) => `${begin}\n${table(name, section)}${end}`);
  }, page);
}

function table(name: string, { properties = {} }: JsonSchema): string {
  const isFilter = name === "filter";
  const head = ["key", "default", isFilter ? "holds back" : "is"];
  const rows = Object.entries(properties).flatMap(([key, property]) => [rowOf(key, property), ...innerRows(key, property)]);
  return align([head, ...rows]);
}

const innerRows = (outer: string, { properties = {} }: JsonSchema): readonly string[][] =>
  Object.entries(properties).map(([key, property]) => rowOf(`${outer}.${key}`, property));

function rowOf(key: string, { default: standard, description = "" }: JsonSchema): string[] {
  const isSaid = standard !== undefined && !["[]", "{}"].includes(JSON.stringify(standard));
  return [`\`${key}\``, isSaid ? `\`${typeof standard === "string" ? standard : JSON.stringify(standard)}\`` : "", description];
}

/** A Markdown table as the formatter leaves it. */
function align(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`);
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return [lines[0], rule, ...lines.slice(1)].join("");
}
