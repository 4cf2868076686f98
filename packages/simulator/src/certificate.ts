import { generate } from "selfsigned";
import type { TlsIdentity } from "./server.ts";

/** A server's key and certificate, the authority to trust for it, and what that authority gave to a client; all in PEM. */
export interface LocalCertificate extends TlsIdentity {
  readonly ca: string;
  readonly client: TlsIdentity;
}

/**
 * Makes a certificate authority, a server certificate for 127.0.0.1, ::1, localhost and further `names`, and a client's, valid for a day
 * from `now` (epoch milliseconds). Clients are told to trust the authority (`ca_file`, `NODE_EXTRA_CA_CERTS`); nothing is ever told to
 * skip the check.
 */
export async function createCertificate(names: readonly string[] = [], now: number = Date.now()): Promise<LocalCertificate> {
  const common = {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - hourMs),
    notAfterDate: new Date(now + 24 * hourMs),
  } as const;
  const authority = await generate([{ name: "commonName", value: "SOC Defenders simulator authority" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...["localhost", ...names].map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  const client = await generate([{ name: "commonName", value: "SOC Defenders simulator client" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", clientAuth: true },
    ],
  });
  return {
    ca: authority.cert,
    key: server.private,
    cert: server.cert,
    client: { key: client.private, cert: client.cert },
  };
}

// Clocks of two machines differ: the certificate starts an hour before it is made.
const hourMs = 3_600_000;
