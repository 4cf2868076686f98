import { clean } from "@socdefenders/shared";

/** HTML that is made by the tag below and by nothing else. */
export interface Html {
  readonly markup: string;
}

type Value = Html | string | number | undefined | readonly (Html | string | number | undefined)[];

/** HTML of a template. Every text that is put in is cleaned and escaped, also where it stands in a quoted attribute. */
export function html(template: TemplateStringsArray, ...values: readonly Value[]): Html {
  const markup = template.map((fixed, index) => (index === 0 ? fixed : markupOf(values[index - 1]) + fixed)).join("");
  return { markup };
}

function markupOf(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escape(clean(value));
  if (typeof value === "number") return String(value);
  return "markup" in value ? value.markup : value.map(markupOf).join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
