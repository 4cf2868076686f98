import type { TokenCredential } from "@azure/identity";
import { clean } from "@socdefenders/shared";

/** No token came, so nothing was sent. `cause` is the identity's own error. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  constructor(cause: unknown) {
    super(clean(cause instanceof Error ? cause.message : String(cause), 400), { cause });
  }
}

/** The same credential; whatever it throws is a {@link TokenError}, which no failure of the request itself can be taken for. */
export function namingTokenErrors(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await credential.getToken(scopes, options);
      } catch (cause) {
        throw new TokenError(cause);
      }
    },
  };
}
