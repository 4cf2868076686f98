/** Adds counts by reason to `totals`; returns how many were added in all. */
export function addCounts(totals: Record<string, number>, counts: Readonly<Record<string, number>> = {}): number {
  let sum = 0;
  for (const [reason, count] of Object.entries(counts)) {
    totals[reason] = (totals[reason] ?? 0) + count;
    sum += count;
  }
  return sum;
}

/** How many they are in all. */
export const sumCounts = (counts: Readonly<Record<string, number>>): number => addCounts({}, counts);
