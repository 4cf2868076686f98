// A literal, a bracket or comma, a comparison operator, or a run of anything else; blanks fall between them.
const tokens = /\s+|[a-z]*'(?:[^'\\]|\\.)*'|[[\](),]|[=!<>]+|[^\s[\](),=!<>']+/gy;

const keywords = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "LIKE",
  "MATCHES",
  "ISSUPERSET",
  "ISSUBSET",
  "EXISTS",
  "FOLLOWEDBY",
  "WITHIN",
  "REPEATS",
  "TIMES",
  "SECONDS",
  "START",
  "STOP",
]);
const operators = new Set(["=", "==", "!=", "<>", "<", ">", "<=", ">="]);

/**
 * A STIX pattern as OpenCTI writes it before it derives the indicator's id: no blanks but one on each side of an operator or keyword,
 * and no quotes around path components that need none (`hashes.'MD5'`). Text that is no sequence of pattern tokens is only trimmed.
 */
export function normalForm(pattern: string): string {
  const parts: string[] = [];
  let end = 0;
  for (const match of pattern.matchAll(tokens)) {
    parts.push(normalToken(match[0], parts.at(-1)));
    end = match.index + match[0].length;
  }
  return end === pattern.length ? parts.join("").trim() : pattern.trim();
}

function normalToken(token: string, previous: string | undefined): string {
  if (/^\s/.test(token)) return "";
  if (operators.has(token)) return ` ${token === "==" ? "=" : token} `;
  if (keywords.has(token)) return ` ${token} `;
  const isPathComponent = previous !== undefined && /[.:]$/.test(previous);
  return isPathComponent ? token.replace(/^'([A-Za-z_]\w*)'$/, "$1") : token;
}
