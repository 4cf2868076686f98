import { parsePattern } from "@socdefenders/shared";
import { readText } from "../terminal/input.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Lines printed at once: few enough to stay small, many enough to be quick. */
const batchSize = 1000;

/**
 * Reads STIX patterns, one a line or one JSON string a line (for patterns that hold line breaks), and prints what each says, one JSON
 * object a line. Blank lines are ignored; a pattern that is none is a result as any other.
 */
export async function pattern(file: string | undefined, terminal: Terminal): Promise<void> {
  const lines = (await readText(file, terminal)).replace(/^\uFEFF/, "").split("\n");
  const patterns = lines.filter((line) => line.trim() !== "").map(patternOf);
  for (let start = 0; start < patterns.length; start += batchSize) {
    terminal.signal.throwIfAborted();
    await terminal.print(
      patterns
        .slice(start, start + batchSize)
        .map(toLine)
        .join(""),
    );
  }
}

/** No pattern starts with a double quote, so a line that does is JSON, or is told where it goes wrong as a pattern. */
function patternOf(line: string): string {
  const text = line.trim();
  if (!text.startsWith('"')) return line.replace(/\r$/, "");
  try {
    return JSON.parse(text) as string;
  } catch {
    return line;
  }
}

/** One line of results; several warnings are one text. */
function toLine(text: string): string {
  const result = parsePattern(text);
  if (!result.valid) return `${JSON.stringify(result)}\n`;
  const { warnings = {}, ...what } = result;
  const reasons = Object.keys(warnings);
  return `${JSON.stringify({ ...what, ...(reasons.length > 0 && { warning: reasons.join("; ") }) })}\n`;
}
