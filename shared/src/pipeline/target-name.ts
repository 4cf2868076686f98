import type { Destination } from "./contract.ts";

/** Under which name a destination of an instance is known: in summaries, positions and dead letters. */
export function targetName(instance: string, { suffix }: Pick<Destination<unknown>, "suffix">): string {
  return suffix === undefined ? instance : `${instance}-${suffix}`;
}
