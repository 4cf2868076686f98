import { authoritiesWith } from "@socdefenders/shared";
import type { TokenCredential } from "@azure/identity";
import type { LogsIngestionClient } from "@azure/monitor-ingestion";
import { addressesOf } from "../cloud.ts";
import type { LogsConfig } from "../config.ts";
import { createCredential } from "../credential.ts";
import { withDeadline } from "../deadline.ts";
import { namingTokenErrors } from "../token-error.ts";
import { compressFast } from "./compression.ts";

/** Single requests to the Logs Ingestion API; each ends within the time limit, and nothing is retried here. */
export interface LogsClient {
  /** Method and address, for messages. */
  readonly where: string;
  /** One request with all the rows, at most 1 MB of JSON. Resolves only after the service's 204; throws the SDK's error or the signal's reason. */
  upload(rows: readonly object[], signal: AbortSignal): Promise<void>;
  /** Asks for a token and sends nothing. Throws as upload does. */
  authenticate(signal: AbortSignal): Promise<void>;
  /** The same request with an empty list, which stores nothing. Throws as upload does. */
  probe(signal: AbortSignal): Promise<void>;
}

/** Microsoft's unmodified client with its own retries off, since they wait as long as a Retry-After says and repeat only some errors. */
export function createLogsClient(config: LogsConfig, userAgent: string, timeoutMs: number): LogsClient {
  const address = `${config.endpoint.href.replace(/\/$/, "")}/dataCollectionRules/${config.ruleId}/streams/${config.stream}`;
  let opened: Promise<LogsIngestionClient> | undefined;
  let identity: Promise<TokenCredential> | undefined;
  const credential = (): Promise<TokenCredential> => (identity ??= createCredential(config).then(namingTokenErrors));
  const client = (): Promise<LogsIngestionClient> => (opened ??= openClient(config, credential, userAgent));

  return {
    where: `POST ${address}`,
    upload: (rows, signal) =>
      withDeadline(signal, timeoutMs, async (deadline) => {
        const logs = rows.map((row) => ({ ...row }));
        await (await client()).upload(config.ruleId, config.stream, logs, { abortSignal: deadline });
      }),
    authenticate: (signal) =>
      withDeadline(signal, timeoutMs, async (abortSignal) => {
        await (await credential()).getToken(`${addressesOf[config.cloud].monitor}/.default`, { abortSignal });
      }),
    probe: (signal) => withDeadline(signal, timeoutMs, async (deadline) => sendEmptyList(await client(), address, deadline)),
  };
}

async function openClient(
  { endpoint, ...access }: LogsConfig,
  credential: () => Promise<TokenCredential>,
  userAgent: string,
): Promise<LogsIngestionClient> {
  const { LogsIngestionClient } = await import("@azure/monitor-ingestion");
  const client = new LogsIngestionClient(endpoint.href.replace(/\/$/, ""), await credential(), {
    audience: addressesOf[access.cloud].monitor,
    retryOptions: { maxRetries: 0 },
    // The service sends nobody elsewhere; followed, a 303 would become a GET without rows that may well be answered 204.
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: userAgent },
    ...(access.ca !== undefined && { tlsOptions: { ca: authoritiesWith(access.ca) } }),
  });
  compressFast(client.pipeline);
  return client;
}

/** `upload()` sends no request for an empty list, so this goes through the same pipeline (token, TLS, proxy, gzip) by hand. */
async function sendEmptyList(client: LogsIngestionClient, url: string, abortSignal: AbortSignal): Promise<void> {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest, RestError } =
    await import("@azure/core-rest-pipeline");
  const headers = createHttpHeaders({ "content-type": "application/json", "content-encoding": "gzip", accept: "application/json" });
  const request = createPipelineRequest({ method: "POST", url, headers, body: "[]", abortSignal });
  const response = await client.pipeline.sendRequest(createDefaultHttpClient(), request);
  if (response.status === 204) return;
  throw new RestError(response.bodyAsText ?? "", { statusCode: response.status, request, response });
}
