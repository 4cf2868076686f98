import { redact } from "../config/secret.ts";

// C0 and C1 controls, the ESC of terminal sequences among them, and bidirectional overrides: feed text must not steer a terminal.
// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Text from outside made safe for one line of a log or a terminal: without known secrets, and cut with an ellipsis where it is longer
 * than `maximum` characters. Secrets go first, since a cut through one would leave a part that nothing recognises any more.
 */
export function clean(text: string, maximum = 2000): string {
  const line = redact(text).replace(unsafe, (character) => (/[\t\n\r]/.test(character) ? " " : "\ufffd"));
  return line.length > maximum ? `${line.slice(0, maximum)}…` : line;
}
