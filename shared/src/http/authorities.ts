import { getCACertificates } from "node:tls";

/** The certificate authorities Node trusts, those of NODE_EXTRA_CA_CERTS included, and one of the operator's own, in PEM. */
export function authoritiesWith(ca: string): string[] {
  return [...getCACertificates("default"), ca];
}
