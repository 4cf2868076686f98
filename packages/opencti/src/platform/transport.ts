import type { StixObject } from "@socdefenders/shared";
import type { Undelivered } from "./split.ts";
import type { Work } from "./work.ts";

/** A bundle on its way to the platform's workers. */
export interface Delivery {
  /** Id of the bundle, the same for the same objects. */
  readonly id: string;
  readonly objects: readonly StixObject[];
  readonly work: Work;
}

/** How bundles reach the platform's workers. */
export interface Transport {
  /**
   * Resolves when the platform, or its broker, has confirmed all of it but the objects it gives back, which no further attempt would
   * deliver. Throws TargetError when it has not; sending the same again is harmless, the workers update what is there.
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<readonly Undelivered[]>;
  /** Releases connections and files within three seconds; never throws. */
  close(): Promise<void>;
}

/** Gives each bundle to all of them, in this order; an object that several give back is given back once. */
export function combine(transports: readonly Transport[]): Transport {
  return {
    async send(delivery, signal) {
      const undelivered = new Map<string, Undelivered>();
      for (const transport of transports) {
        for (const one of await transport.send(delivery, signal)) undelivered.set(one.id, one);
      }
      return [...undelivered.values()];
    },
    async close() {
      await Promise.all(transports.map((transport) => transport.close()));
    },
  };
}
