import { parseAddress, parseSection, readTextFile, textOrFile, type Secret } from "@socdefenders/shared";
import { z } from "zod";

/** The `splunk` section, validated. */
export interface SplunkConfig {
  /** HTTP Event Collector, scheme, host and port: `https://splunk:8088`. */
  readonly endpoint: URL;
  /** HEC token. */
  readonly token: Secret;
  /** Index to write to; undefined leaves the choice to the token. */
  readonly index?: string | undefined;
  /** PEM of the authority that signed HEC's certificate, where it is no public one. */
  readonly ca?: string | undefined;
  /** Largest uncompressed request body in bytes, 1,000 to 1,000,000. */
  readonly batchBytes: number;
}

export function parseConfig(input: unknown, path: string): SplunkConfig {
  const section = parseSection(schema, input, path);
  return {
    endpoint: parseAddress(section.endpoint, `${path}.endpoint`, section.allow_http),
    token: textOrFile(section.token, section.token_file, `${path}.token`),
    index: section.index,
    ca: section.ca_file === undefined ? undefined : readTextFile(section.ca_file, `${path}.ca_file`),
    batchBytes: section.batch_bytes,
  };
}

const schema = z.strictObject({
  endpoint: z.string(),
  token: z.string().min(1).optional(),
  token_file: z.string().optional(),
  index: z.string().min(1).optional(),
  ca_file: z.string().optional(),
  allow_http: z.boolean().default(false),
  batch_bytes: z
    .int()
    .min(1000)
    .max(1_000_000)
    .default(512 * 1024),
});
