import type { TokenCredential } from "@azure/identity";
import { TargetError, type HttpClient, type HttpResponse } from "@socdefenders/shared";
import { addressesOf } from "../cloud.ts";
import type { ThreatIntelligenceConfig } from "../config.ts";
import { createCredential } from "../credential.ts";
import { withDeadline } from "../deadline.ts";
import { TokenError } from "../token-error.ts";
import { remedies } from "./answer.ts";

/** Single requests to the upload API; nothing is retried or paced here. */
export interface UploadClient {
  /** Method and address, for messages. */
  readonly where: string;
  /**
   * One request with objects that are JSON already. Resolves with the service's answer, whatever it is; throws NetworkError where none
   * came, TargetError where there is no token, and the signal's reason on abort.
   */
  upload(objects: readonly string[], signal: AbortSignal): Promise<HttpResponse>;
  /** Asks for a token and sends nothing; resolves with its audience. Throws as upload does. */
  authenticate(signal: AbortSignal): Promise<string>;
  /** The next request asks for a token anew. A managed identity's stays the one the SDK keeps until it ends. */
  renewCredential(): void;
  close(): Promise<void>;
}

export interface UploadClientOptions {
  readonly http: HttpClient;
  /** Default the configured identity. */
  readonly credential?: TokenCredential | undefined;
  readonly timeoutMs: number;
}

const apiVersion = "2024-02-01-preview";
const sourceSystem = "SOC Defenders";

/** `POST {endpoint}/workspaces/{id}/threat-intelligence-stix-objects:upload` (Microsoft Sentinel, upload API reference). */
export function createUploadClient(config: ThreatIntelligenceConfig, options: UploadClientOptions): UploadClient {
  const { http, timeoutMs } = options;
  const url = new URL(`/workspaces/${config.workspaceId}/threat-intelligence-stix-objects:upload`, config.endpoint);
  const where = `POST ${url.href}`;
  url.searchParams.set("api-version", apiVersion);
  const scope = `${addressesOf[config.cloud].management}/.default`;
  let opened: Promise<TokenCredential> | undefined;
  const open = async (): Promise<TokenCredential> => options.credential ?? createCredential(config);

  // Asked before each request: the SDK keeps a token and gets the next one before it ends.
  async function getToken(signal: AbortSignal): Promise<string> {
    try {
      const token = await withDeadline(signal, timeoutMs, async (abortSignal) => {
        const credential = await (opened ??= open());
        return credential.getToken(scope, { abortSignal });
      });
      if (token === null) throw new Error("the identity gave none");
      return token.token;
    } catch (thrown) {
      signal.throwIfAborted();
      const { message, cause } = new TokenError(thrown);
      throw new TargetError(`no token for ${where}: ${message}`, { remedy: remedies.identity, cause });
    }
  }

  return {
    where,
    async upload(objects, signal) {
      const token = await getToken(signal);
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json" };
      const body = `{"sourcesystem":${JSON.stringify(sourceSystem)},"stixobjects":[${objects.join(",")}]}`;
      const answer = await http.send({ method: "POST", url, headers, body, signal });
      // What an error page echoes must not reach a log or a dead letter.
      return { ...answer, text: answer.text.replaceAll(token, "[redacted]") };
    },
    async authenticate(signal) {
      await getToken(signal);
      return addressesOf[config.cloud].management;
    },
    renewCredential() {
      opened = undefined;
    },
    close: () => http.close(),
  };
}
