import { readFileSync } from "node:fs";
import {
  ConfigurationError,
  createHttpClient,
  createSecret,
  NetworkError,
  printable,
  userAgent,
  type Secret,
} from "@socdefenders/shared";
import { z } from "zod";
import type { ModularInput } from "./modular-input.ts";

const realm = "TA_socdefenders";

/**
 * Reads a secret from splunkd's `storage/passwords` with the session key the modular input was given. splunkd's certificate must be
 * signed by the authority in `$SPLUNK_HOME/etc/auth`; its name is not checked, since the default one names no host.
 */
export async function readCredential(name: string, input: ModularInput, splunkHome: string, signal: AbortSignal): Promise<Secret> {
  const url = new URL(
    `/servicesNS/nobody/${realm}/storage/passwords/${encodeURIComponent(`${realm}:${name}:`)}?output_mode=json`,
    input.serverUri,
  );
  const http = createHttpClient({ ca: readAuthority(splunkHome), anyName: true, userAgent });
  try {
    const headers = { authorization: `Splunk ${createSecret(input.sessionKey).reveal()}` };
    const { status, text } = await http.send({ method: "GET", url, headers, signal });
    if (status !== 200) throw notReadable(name, `HTTP ${status} from ${printable(url)}`);
    const [entry] = entriesSchema.parse(JSON.parse(text)).entry;
    if (entry === undefined) throw notReadable(name, "no such entry");
    return createSecret(entry.content.clear_password);
  } catch (cause) {
    if (cause instanceof NetworkError) throw notReadable(name, cause.message, cause);
    throw cause;
  } finally {
    await http.close();
  }
}

function notReadable(name: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`the stored credential ${name} cannot be read: ${reason}`, {
    remedy: `Store it once with realm ${realm} and this name (README.txt shows the call), and check the capability list_storage_passwords.`,
    cause,
  });
}

function readAuthority(splunkHome: string): string {
  const path = `${splunkHome}/etc/auth/cacert.pem`;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`splunkd's certificate authority cannot be read: ${(cause as Error).message}`, {
      remedy: "Run the input by splunkd, which sets SPLUNK_HOME, and make that file readable for its user.",
      cause,
    });
  }
}

const entriesSchema = z.object({ entry: z.array(z.object({ content: z.object({ clear_password: z.string() }) })) });
