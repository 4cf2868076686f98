import { TargetError, type StixObject } from "@socdefenders/shared";
import { pushBundle } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
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
  /** Resolves when the platform, or its broker, has confirmed all of it. Throws TargetError when it has not. */
  send(delivery: Delivery, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Hands whole bundles to the platform, which queues them itself. It also announces them on the work, or its worker does when it
 * splits them, which every version does: a bundle always has an author besides what it is about.
 */
export function createApiTransport(graphql: Graphql, connectorId: string): Transport {
  return {
    async send({ id, objects, work }, signal) {
      const bundle = JSON.stringify({ type: "bundle", id, objects });
      const { stixBundlePush: taken } = await graphql.call(pushBundle, { connectorId, bundle, workId: work.id }, signal);
      if (taken === true) return;
      throw new TargetError("OpenCTI did not take the bundle", {
        remedy: "See the platform's log; the page is sent again by the next run.",
      });
    },
    close: () => Promise.resolve(),
  };
}
