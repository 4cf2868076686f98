import type { ExternalReference } from "../stix/object.ts";

const articleLink = /^https:\/\/(?:www\.)?socdefenders\.ai\/item\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\/?$/i;

/** The ids of the SOC Defenders articles that references link to (`https://socdefenders.ai/item/<uuid>`). */
export function articleIdsOf(references: readonly ExternalReference[] = []): readonly string[] {
  return references
    .map(({ url }) => (url === undefined ? undefined : articleLink.exec(url)?.[1]?.toLowerCase()))
    .filter((id) => id !== undefined);
}

/** The URLs of references, in order, those without one left out. */
export function referenceUrlsOf(references: readonly ExternalReference[] = []): readonly string[] {
  return references.map(({ url }) => url).filter((url) => url !== undefined);
}
