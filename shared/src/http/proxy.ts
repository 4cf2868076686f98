import type { Environment } from "../config/load.ts";
import { createSecret } from "../config/secret.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isLoopback } from "./address.ts";
import { createNoProxy } from "./no-proxy.ts";

/** The proxy to go through to a URL, as `http://[user:password@]host:port`; undefined where the way is direct. */
export type ChooseProxy = (url: URL) => string | undefined;

/**
 * Proxies as the environment names them, the way curl reads them: HTTPS_PROXY for https, HTTP_PROXY for http and never for the other
 * one, NO_PROXY for what goes direct; of two spellings the lower-case one counts, and an empty one is none. Loopback hosts are never
 * reached through a proxy. Throws ConfigurationError, naming the variable.
 */
export function readEnvironmentProxies(environment: Environment): ChooseProxy {
  const secure = readProxy("HTTPS_PROXY", environment);
  const plain = readProxy("HTTP_PROXY", environment);
  const isDirect = createNoProxy(lookUp("NO_PROXY", environment) ?? "");
  return (url) => (isLoopback(url) || isDirect(url) ? undefined : url.protocol === "https:" ? secure : plain);
}

function readProxy(name: string, environment: Environment): string | undefined {
  const text = lookUp(name, environment)?.trim() ?? "";
  if (text === "") return undefined;
  return parseProxy(text.includes("://") ? text : `http://${text}`, name);
}

function lookUp(name: string, environment: Environment): string | undefined {
  return environment[name.toLowerCase()] ?? environment[name];
}

/** A proxy's address as undici takes it; its password is known as a secret from here on. `key` is who named it, for messages. */
export function parseProxy(text: string, key: string): string {
  const url = URL.parse(text);
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && !/%(?![0-9a-f]{2})/i.test(url.username + url.password);
  if (!isUsable) {
    throw new ConfigurationError(`${key}: not an http(s) address`, { remedy: `Write ${key} as http://[user:password@]host:port.` });
  }
  const [user, password] = [decode(url.username, key), decode(url.password, key)];
  if (password !== "") for (const form of [password, url.password, `${user}:${password}`]) createSecret(form);
  return url.href;
}

function decode(part: string, key: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError(`${key}: user name or password is not percent-encoded UTF-8`, {
      remedy: `Percent-encode what is not a letter or a digit in ${key}: @ is %40.`,
    });
  }
}

/** A proxy's host and port, for messages: without what follows `//` and stands before `@`. */
export function proxyHost(proxy: string): string {
  return new URL(proxy).host;
}
