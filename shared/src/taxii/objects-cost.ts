/** Request units an objects page costs, as the vendor documents it. Every other request costs 1. */
const documentedObjectsCost = 2.5;

/** What an objects page costs, by the documents and by what the server's header shows. */
export interface ObjectsCost {
  /** To be taken from the own account: never below what is documented, since the header may leave the multiplier out. */
  charged(): number;
  /** By how much one page lowers the server's Remaining. */
  shown(): number;
  /** A drop of Remaining from one answer to the next, with one objects request between them. */
  observe(drop: number): void;
}

const samplesNeeded = 4;

/**
 * Learns the cost from the first answers. Other clients of the key only ever make a drop larger, so the smallest one counts: about 1,
 * the header counts requests; 2 or 3 (2.5, rounded), it counts units; more, the price is higher than documented.
 */
export function createObjectsCost(): ObjectsCost {
  let samples = 0;
  let smallest = Infinity;
  const measured = (): number => (samples < samplesNeeded ? documentedObjectsCost : nearestCost(smallest));
  return {
    charged: () => Math.max(documentedObjectsCost, measured()),
    shown: measured,
    observe(drop) {
      if (drop <= 0) return;
      samples += 1;
      smallest = Math.min(smallest, drop);
    },
  };
}

function nearestCost(drop: number): number {
  if (drop < 1.5) return 1;
  return drop <= 3 ? documentedObjectsCost : drop;
}
