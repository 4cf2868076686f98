import { readFileSync } from "node:fs";

/** The 5,000 real indicators, gzipped NDJSON as {@link readRecords} takes it; sources and licences in `sample/ATTRIBUTION.md`. */
export function sampleBytes(): Buffer {
  return readFileSync(new URL("../sample/indicators.ndjson.gz", import.meta.url));
}
