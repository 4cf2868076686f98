/**
 * No HTTP answer arrived: refused, reset, timed out, not trusted, or cut off. `sent` is false when the request surely never reached
 * the server; where it is true the outcome is unknown and a repeat may deliver twice.
 */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: string;
  readonly sent: boolean;

  constructor(message: string, { code, sent, cause }: { code: string; sent: boolean; cause?: unknown }) {
    super(message, { cause });
    this.code = code;
    this.sent = sent;
  }
}
