import { authoritiesWith } from "@socdefenders/shared";
import type { TokenCredential } from "@azure/identity";
import { addressesOf } from "./cloud.ts";
import type { AccessConfig } from "./config.ts";

/**
 * The identity to ask tokens for: the configured application, else the managed identity of the host. Nothing is tried in turn, as
 * `DefaultAzureCredential` would: a wrong identity fails at once and under its own name.
 */
export async function createCredential({ application, clientId, cloud, ca }: AccessConfig): Promise<TokenCredential> {
  // Loaded on first use: commands that never ask for a token start faster without it.
  const { ClientSecretCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (application === undefined) return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
  return new ClientSecretCredential(application.tenantId, application.clientId, application.clientSecret.reveal(), {
    authorityHost: addressesOf[cloud].authority,
    ...(ca !== undefined && { tlsOptions: { ca: authoritiesWith(ca) } }),
  });
}
