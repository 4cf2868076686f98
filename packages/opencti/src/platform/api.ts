import { TargetError } from "@socdefenders/shared";
import { cutBundles } from "./bundles.ts";
import { pushBundle } from "./documents.ts";
import type { Graphql } from "./graphql.ts";
import { split } from "./split.ts";
import type { Transport } from "./transport.ts";

export interface ApiOptions {
  readonly connectorId: string;
  /** Whether the platform announces the objects of a pushed bundle on the work itself, as it does from 7 on. */
  readonly announces: boolean;
  /** Largest bundle in bytes, as it stands inside a request. */
  readonly maximumBytes: number;
}

/**
 * Hands bundles to the platform (`stixBundlePush`), which queues them itself, in the order and as clean as the queue wants them: the
 * platform takes no references out. Before version 7 it is the worker that announces the objects, as it splits the bundle; one object
 * alone is not split, so it is announced here.
 */
export function createApiTransport(graphql: Graphql, options: ApiOptions): Transport {
  const { connectorId, announces, maximumBytes } = options;
  return {
    async send({ id, objects, work }, signal) {
      const { parts, dropped } = split(objects);
      const { bundles, tooLarge } = cutBundles(parts, maximumBytes);
      for (const members of bundles) {
        const announced = members.length === 1 && !announces ? 1 : 0;
        if (announced > 0) await work.expect(announced, signal);
        const bundle = JSON.stringify({ type: "bundle", id, spec_version: "2.1", objects: members });
        try {
          const { stixBundlePush: taken } = await graphql.call(pushBundle, { connectorId, bundle, workId: work.id }, signal);
          if (taken !== true) throw notTaken();
        } catch (error) {
          work.withdraw(announced);
          throw error;
        }
      }
      return [...dropped, ...tooLarge];
    },
    close: () => Promise.resolve(),
  };
}

function notTaken(): TargetError {
  return new TargetError("OpenCTI did not take the bundle", {
    remedy: "See the platform's log; the page is sent again by the next run.",
  });
}
