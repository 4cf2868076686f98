import { ConnectorError, TargetError, type Secret } from "@socdefenders/shared";
import type { ContainerClient } from "@azure/storage-blob";

/** Where the function keeps its state: a blob container of the storage account its host uses. */
export interface StateConfig {
  readonly container: string;
  readonly account:
    | { readonly connectionString: Secret }
    /** `https://<account>.blob.core.windows.net`, opened with the managed identity (of `clientId`, where it is a user-assigned one). */
    | { readonly serviceUri: URL; readonly clientId: string | undefined };
}

/** Opens the container and makes it where it is missing. Throws TargetError. */
export async function openContainer({ account, container }: StateConfig): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const service =
    "connectionString" in account
      ? BlobServiceClient.fromConnectionString(account.connectionString.reveal())
      : new BlobServiceClient(account.serviceUri.href, await managedIdentity(account.clientId));
  const client = service.getContainerClient(container);
  await orTargetError(client.createIfNotExists(), `the state container ${container} cannot be opened`);
  return client;
}

async function managedIdentity(clientId: string | undefined) {
  const { ManagedIdentityCredential } = await import("@azure/identity");
  return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
}

/** The storage SDK's failure as an error with advice; `what` says what could not be done. One that has advice already stays as it is. */
export async function orTargetError<Answer>(operation: Promise<Answer>, what: string): Promise<Answer> {
  try {
    return await operation;
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    throw new TargetError(`${what}: ${[statusOf(cause), codeOf(cause)].join(" ").trim()}`, {
      remedy:
        "Check the AzureWebJobsStorage settings, and that the function's identity has the role Storage Blob Data Owner on the account.",
      cause,
    });
  }
}

/** HTTP status of a storage failure; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message?.split("\n")[0] ?? String(error);
}
