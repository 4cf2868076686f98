import { isIP } from "node:net";
import { ConfigurationError } from "../errors/configuration-error.ts";

/** Whether a URL's host is this machine: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * Parses an address an operator wrote. `https` is demanded, `http` allowed on loopback hosts, and elsewhere only where
 * `allowHttp` is set. A password or key inside the URL is refused, since URLs end up in logs.
 */
export function parseAddress(text: string, key: string, allowHttp: boolean = false): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new ConfigurationError(`${key}: not an http(s) address`, { remedy: `Write ${key} as https://host[:port]/path.` });
  }
  if (url.username !== "" || url.password !== "") {
    throw new ConfigurationError(`${key}: user name or password inside the address`, {
      remedy: `Take them out of ${key} and give the credential by its own key.`,
    });
  }
  if (url.protocol === "http:" && !isLoopback(url) && !allowHttp) {
    throw new ConfigurationError(`${key}: http:// to ${url.hostname} would send the credential in clear`, {
      remedy: `Use https:// in ${key}; http:// is for loopback hosts.`,
    });
  }
  return url;
}
