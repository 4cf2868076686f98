import { z } from "zod";
import { durationMs } from "../config/duration.ts";
import { parseSection, readTextFile, textOrFile } from "../config/section.ts";
import type { Secret } from "../config/secret.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { parseAddress } from "../http/address.ts";
import { readClientCertificate, type ClientCertificate } from "../http/client-certificate.ts";
import { parseProxy } from "../http/proxy.ts";
import { fromMicroseconds, toMicroseconds } from "../stix/timestamp.ts";

/** The `feed` section, validated. */
export interface FeedConfig {
  /** Discovery URL, ending in a slash. */
  readonly endpoint: URL;
  readonly apiKey: Secret;
  readonly auth: "bearer" | "basic" | "x-api-key";
  /** User name of `basic`. */
  readonly username?: string | undefined;
  /** TAXII, or the vendor's STIX export: a snapshot for a first fill, with a position of its own. */
  readonly source: "taxii" | "stix-export";
  /** Ids, aliases or titles; `*` is all readable ones. */
  readonly collections: readonly string[];
  /** How far back a first run reaches: an ISO 8601 duration or an RFC 3339 time. */
  readonly start: string;
  /** Objects asked for in one request, 10 to 1,000. */
  readonly pageSize: number;
  /** Seconds from the end of one poll to the next in a run that is a service; 60, what the feed's cache holds, to a week. */
  readonly pollSeconds: number;
  /** How long the server may take to publish an object behind its `date_added`, in microseconds; read again by each poll. */
  readonly overlap: bigint;
  /** Request units a minute (an objects page costs 2.5, anything else 1) until the server says its own limit. */
  readonly requestsPerMinute: number;
  /** Request units of any 24 hours. */
  readonly requestsPerDay: number;
  readonly trustedHosts: readonly string[];
  readonly ca?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Goes before the environment's proxies, for every host of the feed. */
  readonly proxy?: string | undefined;
  readonly timeoutMs: number;
}

/** Reads the `feed` section strictly; files it names are read here. Throws ConfigurationError. */
export function parseFeedConfig(input: unknown): FeedConfig {
  const section = parseSection(feedSchema, input, "feed");
  const endpoint = parseAddress(section.endpoint, "feed.endpoint");
  if (!endpoint.pathname.endsWith("/")) endpoint.pathname += "/";
  const apiKey = textOrFile(section.api_key, section.api_key_file, "feed.api_key");
  if (section.auth === "basic" && section.username === undefined) {
    throw new ConfigurationError("feed.username is missing", {
      remedy: "auth: basic needs feed.username, the account's e-mail address.",
    });
  }
  startTime(section.start, Date.now());
  return {
    endpoint,
    apiKey,
    auth: section.auth,
    username: section.username,
    source: section.source,
    collections: section.collections,
    start: section.start,
    pageSize: section.page_size,
    pollSeconds: section.poll_seconds,
    overlap: parseOverlap(section.overlap),
    requestsPerMinute: section.requests_per_minute,
    requestsPerDay: section.requests_per_day,
    trustedHosts: section.trusted_hosts,
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, "feed.ca_file"),
    clientCertificate: parseClientCertificate(section),
    proxy: section.proxy === undefined ? undefined : parseProxy(section.proxy, "feed.proxy"),
    timeoutMs: section.timeout_ms,
  };
}

type FeedSection = z.infer<typeof feedSchema>;

function parseClientCertificate(section: FeedSection): ClientCertificate | undefined {
  const { client_certificate_file: certificate, client_key_file: key, client_key_password, client_key_password_file } = section;
  const hasPassword = client_key_password !== undefined || client_key_password_file !== undefined;
  if (certificate === undefined && key === undefined && !hasPassword) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new ConfigurationError(`feed.${certificate === undefined ? "client_certificate_file" : "client_key_file"} is missing`, {
      remedy: "A client certificate needs feed.client_certificate_file and feed.client_key_file.",
    });
  }
  const password = hasPassword ? textOrFile(client_key_password, client_key_password_file, "feed.client_key_password") : undefined;
  return readClientCertificate(certificate, key, password, "feed", new Date());
}

/**
 * The exclusive `added_after` of a first run: `start` itself where it is a time, else that long before `now` (epoch milliseconds).
 * Throws ConfigurationError where it is neither a time nor a duration.
 */
export function startTime(start: string, now: number): string {
  if (toMicroseconds(start) !== undefined) return start;
  const duration = durationMs(start, now);
  if (duration !== undefined) return fromMicroseconds(BigInt(now - duration) * 1000n);
  throw new ConfigurationError(`feed.start: neither a duration nor a time: ${start}`, {
    remedy: "Write a duration like P30D or PT12H, or a time like 2026-01-31T00:00:00Z.",
  });
}

function parseOverlap(text: string): bigint {
  const milliseconds = durationMs(text, Date.now());
  if (milliseconds !== undefined && milliseconds <= 24 * 60 * 60 * 1000) return BigInt(milliseconds) * 1000n;
  throw new ConfigurationError(`feed.overlap: no duration of at most a day: ${text}`, { remedy: "Write a duration like PT5M." });
}

// A week. Far beyond it a timer overflows and does not wait at all.
const longestPollSeconds = 7 * 24 * 60 * 60;

/** Seconds between two polls. */
export const pollSecondsSchema: z.ZodInt = z.int().min(60).max(longestPollSeconds);

const feedSchema = z.strictObject({
  endpoint: z.string().describe("the TAXII 2.1 discovery address; `https`, or `http` on this machine"),
  api_key: z.string().min(1).optional().describe("the key"),
  api_key_file: z.string().optional().describe("a file that holds the key, in place of `api_key`"),
  auth: z
    .enum(["bearer", "basic", "x-api-key"])
    .default("bearer")
    .describe("`bearer`, `basic` (with `username`) or `x-api-key`; the key never stands in an address"),
  username: z.string().optional().describe("the user of `auth: basic`: the account's e-mail address"),
  source: z
    .enum(["taxii", "stix-export"])
    .default("taxii")
    .describe(
      "`stix-export` reads the vendor's STIX export instead, as collection `iocs-stix`: for a first fill, not for what is new; before switching to `taxii`, set `start` to where the export stands less `overlap`, else all of it comes twice ([why](decisions/0008-articles-and-stix-export.md))",
    ),
  collections: z
    .array(z.string().min(1))
    .min(1)
    .default(["*"])
    .describe("ids, aliases or titles; `*` is all that the key can read"),
  start: z
    .string()
    .default("P30D")
    .describe(
      "how far back a first run reaches: a duration or an RFC 3339 time; further than the plan looks back is cut, with a warning",
    ),
  page_size: z.int().min(10).max(1000).default(1000).describe("objects asked for at a time, 10 to 1,000"),
  poll_seconds: pollSecondsSchema
    .default(300)
    .describe(
      "from the end of one poll to the next in a service, a tenth more or less; 60 at least, since the feed's cache holds so long, and 604800, a week, at most",
    ),
  overlap: z
    .string()
    .default("PT5M")
    .describe(
      "how long the feed may take to publish an object behind its date: so much is read again by each poll, and delivered once ([why](decisions/0004-position-with-overlap.md))",
    ),
  requests_per_minute: z
    .int()
    .min(1)
    .default(1000)
    .describe("request units (an objects page costs 2.5, anything else 1) until the feed's own headers say otherwise"),
  requests_per_day: z
    .int()
    .min(1000)
    .default(1_000_000)
    .describe(
      "units of any 24 hours, restarts included, for all that uses the key in one state directory ([why](decisions/0006-request-budget.md))",
    ),
  trusted_hosts: z
    .array(z.string())
    .default([])
    .describe("hosts besides the endpoint's own and its `www.` twin that may see the key, for redirects and API roots"),
  ca_file: z.string().optional().describe("PEM of an authority to trust besides the public ones"),
  client_certificate_file: z.string().min(1).optional().describe("PEM of a client certificate, where the feed demands one"),
  client_key_file: z.string().min(1).optional().describe("PEM of the key of that certificate"),
  client_key_password: z.string().min(1).optional().describe("where that key is encrypted"),
  client_key_password_file: z.string().min(1).optional().describe("a file that holds it, in place of `client_key_password`"),
  proxy: z
    .string()
    .optional()
    .describe(
      "`http://[user:password@]host:port`; without it `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the environment hold, for the targets too",
    ),
  timeout_ms: z
    .int()
    .min(1000)
    .default(60_000)
    .describe("longest wait for the head of an answer and for each further piece; ten times that for all of it"),
});

/** The `feed` section as it is written; the descriptions are the reference page's. */
export const writtenFeedSchema: z.ZodObject = feedSchema;
