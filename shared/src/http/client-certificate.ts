import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { createSecret, type Secret } from "../config/secret.ts";
import { readTextFile } from "../config/section.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";

/** What a client proves itself with in TLS. */
export interface ClientCertificate {
  /** The certificate in PEM, and after it the intermediate ones where the server needs them. */
  readonly certificate: string;
  /** The private key in PEM, decrypted. */
  readonly key: Secret;
}

/**
 * Reads certificate and key from their files, and proves that they belong together and hold at `now`. `path` is the section they stand
 * in. Throws ConfigurationError that says which of both is wrong and how.
 */
export function readClientCertificate(
  certificateFile: string,
  keyFile: string,
  password: Secret | undefined,
  path: string,
  now: Date,
): ClientCertificate {
  const certificate = readTextFile(certificateFile, `${path}.client_certificate_file`);
  const parsed = parseCertificate(certificate, `${path}.client_certificate_file`);
  const key = parseKey(readTextFile(keyFile, `${path}.client_key_file`), password, path);
  if (!parsed.checkPrivateKey(key)) {
    throw new ConfigurationError(`${path}.client_key_file: not the key of the certificate in ${path}.client_certificate_file`, {
      remedy: "Give the two files that were made together; the own certificate stands first in its file.",
    });
  }
  assertValid(parsed, `${path}.client_certificate_file`, now);
  return { certificate, key: createSecret(key.export({ type: "pkcs8", format: "pem" }).toString()) };
}

function parseCertificate(text: string, key: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new ConfigurationError(`${key}: not a certificate in PEM`, {
      remedy: "Give a file that has -----BEGIN CERTIFICATE-----; openssl turns other formats into it.",
      cause,
    });
  }
}

function parseKey(text: string, password: Secret | undefined, path: string): KeyObject {
  const isEncrypted = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
  if (isEncrypted && password === undefined) {
    throw new ConfigurationError(`${path}.client_key_file: the key is encrypted`, {
      remedy: `Give its password with ${path}.client_key_password or ${path}.client_key_password_file.`,
    });
  }
  try {
    return createPrivateKey({ key: text, ...(password && { passphrase: password.reveal() }) });
  } catch {
    // The cause is left out: the library's words may show a part of the key.
    throw isEncrypted
      ? new ConfigurationError(`${path}.client_key_password: does not open the key in ${path}.client_key_file`, {
          remedy: "Give the password the key was encrypted with.",
        })
      : new ConfigurationError(`${path}.client_key_file: not a private key in PEM`, {
          remedy: "Give a file that has -----BEGIN PRIVATE KEY----- (or EC, RSA, ENCRYPTED before PRIVATE).",
        });
  }
}

function assertValid({ validFrom, validTo }: X509Certificate, key: string, now: Date): void {
  if (now > new Date(validTo))
    throw new ConfigurationError(`${key}: expired on ${validTo}`, { remedy: "Have the certificate renewed." });
  if (now < new Date(validFrom)) {
    throw new ConfigurationError(`${key}: not valid before ${validFrom}`, { remedy: "Check the clock of this machine, or wait." });
  }
}
