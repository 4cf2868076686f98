import { randomUUID } from "node:crypto";
import { listen, sendJson, type RunningServer } from "./server.ts";

export interface ManagedIdentityOptions {
  readonly port?: number | undefined;
  /** Client ids of the user-assigned identities there are; the system-assigned one is asked for without an id. Default none. */
  readonly clientIds?: readonly string[] | undefined;
}

export interface RunningManagedIdentity extends RunningServer {
  /** What App Service gives the process in its environment. */
  readonly environment: { readonly IDENTITY_ENDPOINT: string; readonly IDENTITY_HEADER: string };
  /** The resource a token was issued for; undefined for one that is not from here. */
  readonly audienceOf: (token: string) => string | undefined;
  /** Token requests so far, refused ones included. */
  requests(): number;
}

const tokenSeconds = 24 * 3600;

/**
 * The token endpoint App Service and Functions give a process with a managed identity (protocol version 2019-08-01): plain HTTP on
 * loopback, guarded by a header that only the process knows.
 */
export async function startManagedIdentity(options: ManagedIdentityOptions = {}): Promise<RunningManagedIdentity> {
  const secret = randomUUID();
  const audiences = new Map<string, string>();
  let requests = 0;
  const server = await listen((request, response) => {
    requests += 1;
    const url = new URL(request.url ?? "/", "http://identity");
    const resource = url.searchParams.get("resource");
    const clientId = url.searchParams.get("client_id");
    if (request.headers["x-identity-header"] !== secret)
      return sendJson(response, 401, refusal(401, "the X-IDENTITY-HEADER is not this process's"));
    if (url.pathname !== "/msi/token") return sendJson(response, 404, refusal(404, `nothing at ${url.pathname}`));
    if (url.searchParams.get("api-version") !== "2019-08-01")
      return sendJson(response, 400, refusal(400, "api-version must be 2019-08-01"));
    if (resource === null) return sendJson(response, 400, refusal(400, "resource is missing"));
    if (clientId !== null && !(options.clientIds ?? []).includes(clientId)) {
      return sendJson(
        response,
        400,
        refusal(400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."),
      );
    }
    const token = `simulated.${randomUUID()}`;
    audiences.set(token, resource);
    const expiresOn = Math.floor(Date.now() / 1000) + tokenSeconds;
    sendJson(response, 200, {
      access_token: token,
      expires_on: String(expiresOn),
      resource,
      token_type: "Bearer",
      client_id: clientId ?? randomUUID(),
    });
  }, options.port);
  return {
    ...server,
    environment: { IDENTITY_ENDPOINT: `${server.url}/msi/token`, IDENTITY_HEADER: secret },
    audienceOf: (token) => audiences.get(token),
    requests: () => requests,
  };
}

const refusal = (statusCode: number, message: string): unknown => ({ statusCode, message });
