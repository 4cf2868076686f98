import type { LogRecord } from "../log/logger.ts";

/**
 * What an operator does about a failure of the core, where it differs from host to host. Messages and remedies of the core say it in the
 * words of the command; a host where there is no command says it in its own.
 */
export const commandWords = {
  acceptReset: "accept it with `socdefenders run CONFIG --once --accept-reset`, or remove the saved position,",
  acceptGap: "only the command passes over the ones that cannot be read (`socdefenders run CONFIG --once --accept-gap`)",
  forgetWait: "once the budget-*.ndjson files of the state directory are removed",
  listCollections: "`socdefenders collections CONFIG` lists what this key can read",
  clientCertificate: "(for a feed: client_certificate_file and client_key_file)",
  nameAuthority: "Name the authority that signed the server's certificate in ca_file, in PEM",
} as const;

/** A host's own words for each of them. */
export type HostWords = Readonly<Record<keyof typeof commandWords, string>>;

/**
 * How a host tells what the core wrote: with its own words in the place of the command's, and with the names of its settings in the place
 * of keys of the configuration file (`feed.api_key`), as far as it has such.
 */
export function createWording(words: HostWords, names: Readonly<Record<string, string>>): (text: string) => string {
  const pairs = Object.entries(commandWords).map(([key, theirs]) => [theirs, words[key as keyof HostWords]] as const);
  return (text) =>
    pairs
      .reduce((told, [theirs, own]) => told.replaceAll(theirs, () => own), text)
      .replace(/\b(?:feed|filter|splunk|sentinel|opencti)(?:\.[a-z_]+)+/g, (name) => names[name] ?? name);
}

/** A record of the log with its message and its advice, which stands in the context, as the host tells them. */
export function retold({ message, context, ...record }: LogRecord, tell: (text: string) => string): LogRecord {
  const { remedy } = context;
  const advice = typeof remedy === "string" && { remedy: tell(remedy) };
  return { ...record, message: tell(message), context: { ...context, ...advice } };
}
