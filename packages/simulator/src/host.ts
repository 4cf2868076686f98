const twins = new Map([
  ["127.0.0.1", "localhost"],
  ["localhost", "127.0.0.1"],
]);

/** The origin of the same server under its other name: with and without `www.`; on loopback, localhost and 127.0.0.1. */
export function twinOf({ protocol, hostname, port }: URL): string {
  const twin = twins.get(hostname) ?? (hostname.startsWith("www.") ? hostname.slice(4) : `www.${hostname}`);
  return `${protocol}//${twin}${port === "" ? "" : `:${port}`}`;
}

/** Whether a host is the second of the two names. */
export const isTwin = (host: string): boolean => host.startsWith("www.") || /^localhost(:|$)/.test(host);
