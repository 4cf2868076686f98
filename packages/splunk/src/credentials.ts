import { ConfigurationError, createSecret, NetworkError, type Secret } from "@socdefenders/shared";
import { z } from "zod";
import type { Splunkd } from "./splunkd.ts";

const realm = "TA_socdefenders";

/** Reads a secret from splunkd's `storage/passwords`. Throws ConfigurationError where it is not there or may not be read. */
export async function readCredential(name: string, splunkd: Splunkd, signal: AbortSignal): Promise<Secret> {
  // Somebody may have pasted the key or the token itself: no message shows what is like one.
  if (name.length >= shortestKey || name.startsWith("sk_")) createSecret(name);
  const path = `/servicesNS/nobody/${realm}/storage/passwords/${encodeURIComponent(`${realm}:${name}:`)}`;
  try {
    const { status, text } = await splunkd.get(`${path}?output_mode=json`, signal);
    if (status !== 200) throw notReadable(name, `HTTP ${status} from ${splunkd.uri}${path}`);
    const [entry] = entriesSchema.parse(JSON.parse(text)).entry;
    if (entry === undefined) throw notReadable(name, "no such entry");
    return createSecret(entry.content.clear_password);
  } catch (cause) {
    // What is no JSON, or other JSON, is not shown: it may hold the secret.
    if (cause instanceof z.ZodError || cause instanceof SyntaxError) throw notReadable(name, "splunkd answers something else");
    if (cause instanceof NetworkError) throw notReadable(name, cause.message, cause);
    throw cause;
  }
}

function notReadable(name: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`the stored credential ${name} cannot be read: ${reason}`, {
    remedy: `Store it once with realm ${realm} and this name (README.txt shows the call), and check the capability list_storage_passwords. The parameter takes the name, never the secret itself.`,
    cause,
  });
}

// HEC tokens have 36 characters; keys of feeds have no fewer than this.
const shortestKey = 20;

const entriesSchema = z.object({ entry: z.array(z.object({ content: z.object({ clear_password: z.string().min(1) }) })) });
