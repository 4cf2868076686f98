// Not by name: a bundle in which an import by name fails says so before it can say which Node it needs.
import tls from "node:tls";

/** The certificate authorities Node trusts, those of NODE_EXTRA_CA_CERTS included, and one of the operator's own, in PEM. */
export function authoritiesWith(ca: string): string[] {
  return [...tls.getCACertificates("default"), ca];
}
