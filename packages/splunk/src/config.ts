import { parseAddress, parseSection, readTextFile, textOrFile, type Secret } from "@socdefenders/shared";
import { z } from "zod";

/** The `splunk` section, validated. */
export interface SplunkConfig {
  /** HTTP Event Collectors of one Splunk, scheme, host and port: `https://splunk:8088`. The first is used while it answers. */
  readonly endpoints: readonly [URL, ...URL[]];
  /** HEC token. */
  readonly token: Secret;
  /** Index to write to; undefined leaves the choice to the token. */
  readonly index?: string | undefined;
  /** PEM of the authority that signed HEC's certificate, where it is no public one. */
  readonly ca?: string | undefined;
  /** Largest uncompressed request body in bytes, 1,000 to 1,000,000. */
  readonly batchBytes: number;
  /** Requests under way at the same time, 1 to 16. */
  readonly concurrency: number;
  /**
   * Indexer acknowledgement: `auto` waits for it where the token has it, `required` fails where it has not, `off` never waits (and a
   * token that has it is refused by Splunk).
   */
  readonly acknowledgement: "auto" | "required" | "off";
  /** How long an acknowledgement is waited for before the events are sent again, in milliseconds. */
  readonly acknowledgementTimeoutMs: number;
  /** Longest wait for an answer in milliseconds. */
  readonly timeoutMs: number;
}

export function parseConfig(input: unknown, path: string): SplunkConfig {
  const section = parseSection(schema, input, path);
  const [first = "", ...others] = section.endpoint;
  const address = (text: string): URL => parseAddress(text, `${path}.endpoint`, section.allow_http);
  return {
    endpoints: [address(first), ...others.map((text) => address(text))],
    token: textOrFile(section.token, section.token_file, `${path}.token`),
    index: section.index,
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, `${path}.ca_file`),
    batchBytes: section.batch_bytes,
    concurrency: section.concurrency,
    acknowledgement: section.acknowledgement,
    acknowledgementTimeoutMs: section.acknowledgement_timeout_ms,
    timeoutMs: section.timeout_ms,
  };
}

const schema = z.strictObject({
  endpoint: z
    .preprocess((given) => (typeof given === "string" ? [given] : given), z.array(z.string()).min(1))
    .meta({
      written: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" }, minItems: 1 }] },
      description: "the HTTP Event Collector, or a list of several of the same Splunk; the first is used while it answers",
    }),
  token: z.string().min(1).optional().describe("its token"),
  token_file: z.string().optional().describe("a file that holds the token, in place of `token`"),
  index: z.string().min(1).optional().describe("where the token's own is not wanted"),
  ca_file: z.string().optional().describe("PEM of an authority"),
  allow_http: z.boolean().default(false).describe("`http://` to other machines"),
  batch_bytes: z
    .int()
    .min(1000)
    .max(1_000_000)
    .default(512 * 1024)
    .describe("largest request before compression, 1,000,000 at most"),
  concurrency: z.int().min(1).max(16).default(4).describe("requests under way at the same time, 1 to 16"),
  acknowledgement: z
    .enum(["auto", "required", "off"])
    .default("auto")
    .describe(
      "`auto` waits for indexer acknowledgement where the token has it, `required` fails where it has not, `off` refuses it",
    ),
  acknowledgement_timeout_ms: z
    .int()
    .min(100)
    .default(300_000)
    .describe("how long an acknowledgement is waited for before events are sent again"),
  timeout_ms: z.int().min(100).default(60_000).describe("longest wait for an answer"),
});

/** The `splunk` section as it is written; the descriptions are the reference page's. */
export const writtenSchema: z.ZodObject = schema;
