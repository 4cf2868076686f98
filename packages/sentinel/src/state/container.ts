import { text } from "node:stream/consumers";
import { ConnectorError, TargetError, type Secret } from "@socdefenders/shared";
import type { RestError } from "@azure/core-rest-pipeline";
import type { ContainerClient } from "@azure/storage-blob";

/** Where the function keeps its state: a blob container of the storage account its host uses. */
export interface StateConfig {
  readonly container: string;
  readonly account:
    | { readonly connectionString: Secret }
    /** `https://<account>.blob.core.windows.net`, opened with the managed identity (of `clientId`, where it is a user-assigned one). */
    | { readonly serviceUri: URL; readonly clientId: string | undefined };
}

// The SDK by itself waits up to two minutes from one try to the next, and for ever for an answer; the lock is held for one minute.
const retryOptions = { maxTries: 4, retryDelayInMs: 1000, maxRetryDelayInMs: 4000 };
const operationMs = 30_000;

/** What every operation is given: an end, its retries included. */
export function timeLimit(milliseconds: number = operationMs): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(milliseconds) };
}

/** Opens the container and makes it where it is missing. Throws TargetError. */
export async function openContainer({ account, container }: StateConfig): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const service =
    "connectionString" in account
      ? BlobServiceClient.fromConnectionString(account.connectionString.reveal(), { retryOptions })
      : new BlobServiceClient(account.serviceUri.href, await managedIdentity(account.clientId), { retryOptions });
  const client = service.getContainerClient(container);
  await orTargetError(client.createIfNotExists(timeLimit()), `the state container ${container} cannot be opened`);
  return client;
}

async function managedIdentity(clientId: string | undefined) {
  const { ManagedIdentityCredential } = await import("@azure/identity");
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}

/** A blob's text and version; undefined where there is none. Throws the SDK's error for everything else that goes wrong. */
export async function readIfPresent(
  container: ContainerClient,
  name: string,
  limitMs?: number,
): Promise<{ readonly content: string; readonly etag: string | undefined } | undefined> {
  try {
    const { readableStreamBody, etag } = await container.getBlobClient(name).download(0, undefined, timeLimit(limitMs));
    return { content: readableStreamBody === undefined ? "" : await text(readableStreamBody), etag };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The storage SDK's failure as an error with advice; `what` says what could not be done. One that has advice already stays as it is. */
export async function orTargetError<Answer>(operation: Promise<Answer>, what: string): Promise<Answer> {
  try {
    return await operation;
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    throw new TargetError(`${what}: ${[statusOf(cause), codeOf(cause)].join(" ").trim()}`, { remedy: remedyFor(cause), cause });
  }
}

function remedyFor(cause: unknown): string {
  const status = statusOf(cause);
  if (/^(CredentialUnavailable|Authentication)/.test((cause as Error).name)) return remedies.identity;
  if (codeOf(cause) === "ContainerBeingDeleted") return remedies.deleted;
  if (status === 404) return remedies.missing;
  return status === undefined || status >= 500 ? remedies.network : remedies.role;
}

const remedies = {
  identity: "Switch on the managed identity of the function app, or check AzureWebJobsStorage__clientId and AZURE_CLIENT_ID.",
  deleted: "Wait half a minute until Azure has removed the container; the next run makes it anew and reads from feed.start.",
  missing: "See who removes blobs from STATE_CONTAINER; the next run makes the container anew where it is missing.",
  network:
    "Check the AzureWebJobsStorage settings and the way to the account (firewall, private endpoint); the next run goes on from the saved position.",
  role: "Check the AzureWebJobsStorage settings, and that the function's identity has the role Storage Blob Data Owner on the account.",
} as const;

/** HTTP status of a storage failure; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  return (error as Partial<RestError> | undefined)?.statusCode;
}

/** The service's or the network's code of a failure, else the first line of what it says. */
export function codeOf(error: unknown): string {
  const { code, name, message } = error as Partial<RestError>;
  if (name === "AbortError") return "no answer in time";
  return code ?? message?.split("\n")[0] ?? String(error);
}
