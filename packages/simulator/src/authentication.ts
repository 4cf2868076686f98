import type { IncomingHttpHeaders } from "node:http";
import type { FeedError } from "./answer.ts";
import type { Behaviour } from "./behaviour.ts";

/** A key that may read, and one whose plan does not include TAXII. Every other one is unknown. */
export const simulatedKeys = { pro: "sk_live_simulated_pro_0123456789", free: "sk_live_simulated_free_0123456789" } as const;

/** Why a request may not read; undefined where it may. */
export function refuse(headers: IncomingHttpHeaders, { accepts }: Behaviour): FeedError | undefined {
  const { scheme, key } = credentialOf(headers);
  const isTaken = accepts === "all" || accepts === scheme;
  if (key === undefined || !isTaken) return { status: 401, code: "missing_api_key", message: "API key required" };
  if (key === simulatedKeys.pro) return undefined;
  if (key !== simulatedKeys.free) return { status: 401, code: "invalid_api_key", message: "Invalid API key" };
  return withoutScope;
}

/** What the free plan's key is told where STIX is served. */
export const withoutScope: FeedError = {
  status: 403,
  code: "insufficient_scope",
  message: "This endpoint requires the read:stix scope",
  details: { required_scope: "read:stix", your_scopes: ["read:articles"], upgrade_url: "https://socdefenders.ai/pricing" },
};

export interface Credential {
  readonly scheme?: "bearer" | "basic" | "x-api-key";
  readonly key?: string;
}

/** How a request says who it is. */
export function credentialOf(headers: IncomingHttpHeaders): Credential {
  const named = headers["x-api-key"];
  if (typeof named === "string") return { scheme: "x-api-key", key: named };
  const [, scheme = "", credential = ""] = /^(Bearer|Basic) (.+)$/i.exec(headers.authorization ?? "") ?? [];
  if (scheme === "") return {};
  if (scheme.toLowerCase() === "bearer") return { scheme: "bearer", key: credential };
  const password = Buffer.from(credential, "base64")
    .toString()
    .replace(/^[^:]*:/, "");
  return { scheme: "basic", key: password };
}
