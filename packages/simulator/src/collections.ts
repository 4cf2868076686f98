import type { Behaviour } from "./behaviour.ts";

export interface FeedCollection {
  readonly id: string;
  readonly title: string;
  readonly alias?: string;
  readonly can_read: boolean;
  readonly holds: (pattern: unknown) => boolean;
}

/** The collections of a feed at its nth objects request (TAXII 2.1 §5.1.1), those that are listed and those that are served. */
export function collectionsAt(behaviour: Behaviour, number: number): { listed: FeedCollection[]; served: FeedCollection[] } {
  const { gone, goneAtRequest } = behaviour;
  const before = [...families[behaviour.collections], ...(behaviour.unreadable ? [unreadable] : [])];
  if (gone === "never" || number < goneAtRequest) return { listed: before, served: before };
  const renamed = before.map((collection) => ({ ...collection, id: `${collection.id}-2` }));
  if (gone === "renamed") return { listed: renamed, served: renamed };
  return { listed: gone === "listed" ? before : [], served: [] };
}

const startsWith = (start: string) => (pattern: unknown) => typeof pattern === "string" && pattern.startsWith(start);
const isFile = startsWith("[file:");
const isAddress = (pattern: unknown): boolean => startsWith("[ipv4-addr:")(pattern) || startsWith("[ipv6-addr:")(pattern);

const readable = (id: string, title: string, holds: FeedCollection["holds"], alias?: string): FeedCollection => ({
  id,
  title,
  ...(alias !== undefined && { alias }),
  can_read: true,
  holds,
});

const all = ["All indicators", () => true] as const;
const network = ["Network indicators", (pattern: unknown) => !isFile(pattern)] as const;
const hashes = ["File hashes", isFile] as const;

const families: Readonly<Record<Behaviour["collections"], readonly FeedCollection[]>> = {
  vendor: [
    readable("soc-defenders-all", ...all),
    readable("soc-defenders-network", ...network),
    readable("soc-defenders-hashes", ...hashes),
  ],
  guide: [
    readable("all-iocs", ...all),
    readable("ip-addresses", "IP addresses", isAddress),
    readable("file-hashes", ...hashes),
    readable("cves", "CVEs", startsWith("[vulnerability:")),
  ],
  uuid: [
    readable("3f7d1c52-6a0e-4b1f-9d35-0a9a5f3f6b01", ...all, "soc-defenders-all"),
    readable("3f7d1c52-6a0e-4b1f-9d35-0a9a5f3f6b02", ...network, "soc-defenders-network"),
    readable("3f7d1c52-6a0e-4b1f-9d35-0a9a5f3f6b03", ...hashes, "soc-defenders-hashes"),
  ],
};

const unreadable: FeedCollection = {
  id: "soc-defenders-private",
  title: "Not for this key",
  can_read: false,
  holds: () => true,
};

/** As TAXII 2.1 §5.2.1 writes a collection. */
export const describeCollection = ({ id, title, alias, can_read }: FeedCollection): unknown => ({
  id,
  title,
  ...(alias !== undefined && { alias }),
  can_read,
  can_write: false,
  media_types: ["application/stix+json;version=2.1"],
});
