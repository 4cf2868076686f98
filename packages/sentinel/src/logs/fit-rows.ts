import type { Indicator } from "@socdefenders/shared";
import type { SentinelRow } from "../mapping.ts";
import { fitList, fitText } from "./field.ts";

type Changes = Partial<Pick<SentinelRow, "Name" | "Description" | "Pattern" | "Tags" | "IndicatorTypes" | "References">>;

/**
 * The rows of one indicator with each text and list as its column can hold it, so that none is refused for what only explains it; `cut`
 * counts the columns that say less than the indicator. A row without observable keeps its pattern, which is all it has to say.
 */
export function fitRows(
  rows: readonly SentinelRow[],
  indicator: Indicator,
): { readonly items: readonly SentinelRow[]; readonly cut?: Readonly<Record<string, number>> } {
  const [row] = rows;
  if (row === undefined) return { items: rows };
  const changes = changesOf(row);
  const columns = Object.keys(changes);
  // Texts of which there would be too many copies are shorter already.
  if (row.Pattern !== indicator.pattern && changes.Pattern === undefined) columns.push("Pattern");
  if (row.Description !== indicator.description && changes.Description === undefined) columns.push("Description");
  if (columns.length === 0) return { items: rows };
  const cut = Object.fromEntries(columns.map((column) => [`${column}: the end is cut off, too long for the table`, 1]));
  return { items: rows.map((each) => ({ ...each, ...changes })), cut };
}

function changesOf(row: SentinelRow): Changes {
  const { Name = "", Description = "", Pattern, Tags, IndicatorTypes, References } = row;
  const name = fitText(Name);
  const description = fitText(Description);
  const pattern = row.IocType === "pattern" ? Pattern : fitText(Pattern);
  const [tags, types, references] = [fitList(Tags), fitList(IndicatorTypes), fitList(References)];
  return {
    ...(name !== Name && { Name: name }),
    ...(description !== Description && { Description: description }),
    ...(pattern !== Pattern && { Pattern: pattern }),
    ...(tags !== Tags && { Tags: tags }),
    ...(types !== IndicatorTypes && { IndicatorTypes: types }),
    ...(references !== References && { References: references }),
  };
}
