import { clean } from "@socdefenders/shared";
import Table from "cli-table3";

/** A plain table for people; numbers stand to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (typeof rows[0]?.[column] === "number" ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : clean(cell))));
  return `${table.toString()}\n`;
}
