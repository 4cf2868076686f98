import { z } from "zod";
import { parseSection } from "../config/section.ts";
import { tlpLevels, type Tlp } from "../stix/marking.ts";
import type { ObservableType } from "../stix/pattern/kind.ts";
import { readExclusionFile, readExclusions, type WrittenExclusion } from "./exclusion-file.ts";

/** The `filter` section, validated. An empty list is no filter. */
export interface FilterConfig {
  /** 0 to 100. Indicators with less, or with none given, are held back: unspecified is not enough. */
  readonly minConfidence?: number | undefined;
  /** Indicators that have none of these are held back; letter case does not matter. */
  readonly indicatorTypes: readonly string[];
  readonly labels: readonly string[];
  /** Observables of other types are held back. */
  readonly iocTypes: readonly string[];
  /** Objects marked more strictly are held back; unmarked ones pass. */
  readonly maxTlp?: Tlp | undefined;
  /** What markings of which none is TLP count as, in the filter and in records. Default `TLP:RED`. */
  readonly unknownMarking?: Tlp | "none" | undefined;
  /** Never delivered. */
  readonly exclude: readonly WrittenExclusion[];
  /** Private, loopback, documentation and other reserved addresses. */
  readonly reservedAddresses: "exclude" | "deliver";
}

/** Reads the `filter` section strictly, and the file it names. Throws ConfigurationError, for a bad line with file and number. */
export function parseFilterConfig(input: unknown, path: string = "filter"): FilterConfig {
  const section = parseSection(filterSchema, input, path);
  const key = (name: string): string => [path, name].filter((part) => part !== "").join(".");
  return {
    minConfidence: section.min_confidence,
    indicatorTypes: lowerCase(section.indicator_types),
    labels: lowerCase(section.labels),
    iocTypes: section.ioc_types,
    maxTlp: section.max_tlp,
    unknownMarking: section.unknown_marking,
    exclude: [
      ...readExclusions(section.exclude, (place) => `${key("exclude")}.${place}`),
      ...(section.exclude_file === undefined ? [] : readExclusionFile(section.exclude_file, key("exclude_file"))),
    ],
    reservedAddresses: section.reserved_addresses,
  };
}

const lowerCase = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase());

/** Every `ioc_type` of a record, so that a misspelt one is an error and not a filter that lets nothing through. */
const iocTypes = {
  ipv4: true,
  ipv6: true,
  cidr: true,
  domain: true,
  url: true,
  email: true,
  md5: true,
  sha1: true,
  sha256: true,
  sha512: true,
  ssdeep: true,
  file_name: true,
  cve: true,
  attack_pattern: true,
  pattern: true,
} satisfies Record<ObservableType, true> & Record<string, true>;

/** `amber` and `TLP:WHITE` (TLP 1) are understood too. */
function tlpName(input: unknown): unknown {
  if (typeof input !== "string") return input;
  const name = input.toUpperCase().replace(/^TLP:/, "");
  return `TLP:${name === "WHITE" ? "CLEAR" : name}`;
}

const words = z.array(z.string().min(1)).default([]);

/** A level of TLP in any letter case, with or without `TLP:`; editors are shown the usual form. */
const written = { type: "string", examples: tlpLevels } as const;

const filterSchema = z.strictObject({
  min_confidence: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe("indicators below it (0 to 100), and those without one; a revocation passes"),
  indicator_types: words.describe("indicators that have none of these; a revocation passes"),
  ioc_types: z
    .array(z.enum(Object.keys(iocTypes)))
    .default([])
    .describe("values of other types: `ipv4`, `domain`, `sha256`, …"),
  labels: words.describe("indicators that have none of these; a revocation passes"),
  max_tlp: z
    .preprocess(tlpName, z.enum(tlpLevels).optional())
    .meta({ written, description: "objects marked more strictly; unmarked ones pass" }),
  unknown_marking: z
    .preprocess((input) => (input === "none" ? input : tlpName(input)), z.enum([...tlpLevels, "none"]).optional())
    .meta({
      written,
      default: "TLP:RED",
      description: "nothing by itself: what markings of which none is TLP count as, here and in records; `none` ignores them",
    }),
  exclude: words.describe("values, CIDR ranges, `*.domain` (the domain and all below it; of a URL the host)"),
  exclude_file: z.string().min(1).optional().describe("the same, in a file with one a line"),
  reserved_addresses: z
    .enum(["exclude", "deliver"])
    .default("exclude")
    .describe("private, loopback, documentation and other reserved addresses, unless `deliver`"),
});

/** The `filter` section as it is written; the descriptions are the reference page's. */
export const writtenFilterSchema: z.ZodObject = filterSchema;
