import { authoritiesWith } from "@socdefenders/shared";
import type { TokenCredential } from "@azure/identity";
import { addressesOf } from "./cloud.ts";
import type { AccessConfig } from "./config.ts";

/**
 * The identity to ask tokens for: the configured application, by its secret or by a token of a federated identity (workload identity), else
 * the managed identity of the host. Nothing is tried in turn, as `DefaultAzureCredential` would: a wrong identity fails at once and under
 * its own name.
 */
export async function createCredential({ application, clientId, cloud, ca }: AccessConfig): Promise<TokenCredential> {
  // Loaded on first use: commands that never ask for a token start faster without it.
  const { ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = await import("@azure/identity");
  if (application === undefined) return new ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
  const options = {
    authorityHost: addressesOf[cloud].authority,
    ...(ca !== undefined && { tlsOptions: { ca: authoritiesWith(ca) } }),
  };
  const { tenantId, clientId: applicationId, proof } = application;
  if ("clientSecret" in proof) return new ClientSecretCredential(tenantId, applicationId, proof.clientSecret.reveal(), options);
  const { federatedTokenFile: tokenFilePath } = proof;
  return new WorkloadIdentityCredential({ ...options, tenantId, clientId: applicationId, tokenFilePath });
}
