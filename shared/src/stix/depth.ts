// STIX objects nest a handful of levels; what is far deeper breaks every serialiser on its way to a target.
export const deepestLevel = 64;

/** Whether the content nests deeper than {@link deepestLevel} levels, so that it can be neither serialised nor compared. */
export function isTooDeep(content: unknown, levels: number = deepestLevel): boolean {
  if (typeof content !== "object" || content === null) return false;
  return levels === 0 || Object.values(content).some((member) => isTooDeep(member, levels - 1));
}

/** The outermost members alone, enough to find the object at the feed. */
export function outline(content: unknown): unknown {
  return Object.fromEntries(
    Object.entries(content as object).map(([key, member]: [string, unknown]) => [key, typeof member === "object" ? "…" : member]),
  );
}
