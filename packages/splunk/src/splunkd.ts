import { readFileSync } from "node:fs";
import {
  ConfigurationError,
  createHttpClient,
  createSecret,
  sendWithRetry,
  type Host,
  type HttpResponse,
  type RetryPolicy,
} from "@socdefenders/shared";
import type { ModularInput } from "./modular-input.ts";

/** The management interface of the splunkd that started this process, with the session key it gave. */
export interface Splunkd {
  /** Address without a path, for messages. */
  readonly uri: string;
  /** `path` begins with `/services`; answers of any status are values. Throws NetworkError where none comes. */
  get(path: string, signal: AbortSignal): Promise<HttpResponse>;
  post(path: string, json: string, signal: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

/**
 * splunkd's certificate must be signed by the authority in `$SPLUNK_HOME/etc/auth`; its name is not checked, since the default one names
 * no host; no proxy stands between the two. Throws ConfigurationError where that file cannot be read, or splunkd's address is none.
 */
export function openSplunkd(input: ModularInput, splunkHome: string, { userAgent, log }: Host, retryPolicy?: RetryPolicy): Splunkd {
  if (!URL.canParse(input.serverUri)) {
    throw new ConfigurationError("standard input names no usable server_uri", { remedy: "Let splunkd start this program." });
  }
  const sessionKey = createSecret(input.sessionKey);
  const http = createHttpClient({ ca: readAuthority(splunkHome), anyName: true, userAgent, log });
  const headers = { authorization: `Splunk ${sessionKey.reveal()}`, "content-type": "application/json" };
  const url = (path: string): URL => new URL(path, input.serverUri);
  return {
    uri: input.serverUri,
    get: (path, signal) => sendWithRetry(http, { method: "GET", url: url(path), headers, signal }, retryPolicy),
    post: (path, body, signal) => sendWithRetry(http, { method: "POST", url: url(path), headers, body, signal }, retryPolicy),
    close: () => http.close(),
  };
}

function readAuthority(splunkHome: string): string {
  const path = `${splunkHome}/etc/auth/cacert.pem`;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`splunkd's certificate authority cannot be read: ${(cause as Error).message}`, {
      remedy: "Run the input by splunkd, which sets SPLUNK_HOME, and make that file readable for its user.",
      cause,
    });
  }
}
