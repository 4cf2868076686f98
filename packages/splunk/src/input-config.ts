import {
  ConfigurationError,
  createFilter,
  parseFeedConfig,
  parseFilterConfig,
  type FeedConfig,
  type Filter,
} from "@socdefenders/shared";
import { parseConfig, type SplunkConfig } from "./config.ts";
import { readCredential } from "./credentials.ts";
import type { Stanza } from "./modular-input.ts";
import type { Splunkd } from "./splunkd.ts";

/** An input stanza, validated, with its secrets. */
export interface InputConfig {
  readonly feed: FeedConfig;
  readonly filter: Filter | undefined;
  readonly output:
    | { readonly kind: "hec"; readonly config: SplunkConfig }
    | { readonly kind: "stdout"; readonly index: string | undefined };
  readonly writesKvStore: boolean;
  readonly sendsHealth: boolean;
}

/** Whether splunkd says that this input is off. */
export function isDisabled({ parameters }: Stanza): boolean {
  return flag(parameters["disabled"], "disabled");
}

/** Reads a stanza strictly, fetching the stored credentials it names. Throws ConfigurationError. */
export async function readInputConfig({ parameters }: Stanza, splunkd: Splunkd, signal: AbortSignal): Promise<InputConfig> {
  const given = (name: string): string | undefined => (parameters[name] === "" ? undefined : parameters[name]);
  const secret = async (name: string): Promise<string | undefined> => {
    const credential = given(name);
    return credential === undefined ? undefined : (await readCredential(credential, splunkd, signal)).reveal();
  };
  const number = (name: string): number | undefined => (given(name) === undefined ? undefined : Number(given(name)));
  const output = given("output") ?? "hec";
  if (output !== "hec" && output !== "stdout") throw unknownValue("output", output, "hec or stdout");
  const auth = given("auth");
  // The feed knows one more, which needs a user name; an input has no parameter for it.
  if (auth !== undefined && auth !== "bearer" && auth !== "x-api-key") throw unknownValue("auth", auth, "bearer or x-api-key");
  const feed = parseFeedConfig(
    withoutUndefined({
      endpoint: given("feed_endpoint"),
      api_key: await secret("credential"),
      auth,
      ca_file: given("feed_ca_file"),
      proxy: proxyWithoutPassword(given("feed_proxy")),
      collections: list(given("collections")),
      start: given("start"),
      page_size: number("page_size"),
    }),
  );
  const index = targetIndex(given("target_index"));
  const hec = async (): Promise<SplunkConfig> =>
    parseConfig(
      withoutUndefined({
        endpoint: list(given("hec_endpoint")),
        token: await secret("hec_credential"),
        ca_file: given("hec_ca_file"),
        allow_http: flag(given("hec_allow_http"), "hec_allow_http"),
        index,
      }),
      "splunk",
    );
  return {
    feed,
    filter: readFilter({ min_confidence: number("min_confidence"), ioc_types: list(given("ioc_types")) }),
    output: output === "stdout" ? { kind: "stdout", index } : { kind: "hec", config: await hec() },
    writesKvStore: flag(given("kv_store"), "kv_store"),
    sendsHealth: flag(given("health"), "health"),
  };
}

/** Inputs are stored and shown in clear: a password has no place in them. */
function proxyWithoutPassword(proxy: string | undefined): string | undefined {
  if (proxy === undefined || !proxy.includes("@")) return proxy;
  throw new ConfigurationError("feed_proxy: user name or password inside the address", {
    remedy: "Give such a proxy as HTTPS_PROXY in splunk-launch.conf, readable for Splunk's user only.",
  });
}

/** splunkd writes its own default literally; for HEC that would be the name of an index. */
function targetIndex(index: string | undefined): string | undefined {
  return index === "default" ? undefined : index;
}

/** An input has no parameter for reserved addresses: setting another one must not begin to hold them back. */
function readFilter(settings: Readonly<Record<string, unknown>>): Filter | undefined {
  const given = withoutUndefined(settings);
  return Object.keys(given).length === 0
    ? undefined
    : createFilter(parseFilterConfig({ ...given, reserved_addresses: "deliver" }, ""));
}

function list(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The ways in which Splunk and its users write a boolean. */
function flag(text: string | undefined, name: string): boolean {
  const value = (text ?? "").trim().toLowerCase();
  if (["1", "true", "t", "yes", "y", "on"].includes(value)) return true;
  if (["", "0", "false", "f", "no", "n", "off"].includes(value)) return false;
  throw unknownValue(name, value, "true or false");
}

function unknownValue(name: string, value: string, known: string): ConfigurationError {
  return new ConfigurationError(`${name}: ${JSON.stringify(value)} is not known`, { remedy: `Write ${name} as ${known}.` });
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
