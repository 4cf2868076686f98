/** Who the benchmarks are to OpenCTI; apart from the rest, so that a process that is measured loads no simulator. */
export const benchToken = "a-token-for-nothing";
export const benchConnectorId = "00000000-0000-4000-8000-0000000000be";
