/** The version of all packages, which are released together; it stands in User-Agent headers and in `socdefenders version`. */
export const version = "0.1.0";

/** User-Agent of every request to the feed and to a target. */
export const userAgent: string = `socdefenders-connectors/${version}`;
