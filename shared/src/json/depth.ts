/** Whether JSON content nests deeper than so many levels: what is far deeper breaks every serialiser on its way to a target. */
export function isDeeperThan(levels: number, content: unknown): boolean {
  if (typeof content !== "object" || content === null) return false;
  return levels === 0 || Object.values(content).some((member) => isDeeperThan(levels - 1, member));
}
