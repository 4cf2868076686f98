import { redact } from "../config/secret.ts";

export interface NetworkErrorOptions {
  readonly code: string;
  /** False when the request surely never reached the server; where it is true the outcome is unknown. */
  readonly sent: boolean;
  /** False where the same request would fail the same way: an answer that is too large, a certificate that is not trusted. */
  readonly retryable: boolean;
  /** What to do about it, where that is known: better than what a caller can say of its address in general. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** No usable HTTP answer arrived: refused, reset, timed out, not trusted, cut off or too large. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: string;
  readonly sent: boolean;
  readonly retryable: boolean;
  readonly remedy: string | undefined;

  constructor(message: string, { code, sent, retryable, remedy, cause }: NetworkErrorOptions) {
    super(redact(message), { cause });
    this.code = code;
    this.sent = sent;
    this.retryable = retryable;
    this.remedy = remedy;
  }
}
