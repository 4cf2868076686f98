import { ConnectorError, type ConnectorErrorOptions } from "./connector-error.ts";

export interface FeedErrorOptions extends ConnectorErrorOptions {
  /** HTTP status, where the server answered at all. */
  readonly status?: number;
  /** `error.code` of the vendor's body, or `error_code` of a TAXII error resource. */
  readonly code?: string;
  /** The vendor's `request_id` (TAXII: `error_id`), what their support asks for. */
  readonly requestId?: string;
  /** `error.details` of the vendor's body, unread and not clean. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The feed could not be read. The position stands where the last delivered page left it. */
export class FeedError extends ConnectorError {
  override readonly name = "FeedError";
  override readonly exitCode = 3;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: FeedErrorOptions) {
    super(message, options);
    this.status = options.status;
    this.code = options.code;
    this.requestId = options.requestId;
    this.details = options.details ?? {};
  }
}
