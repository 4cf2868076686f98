import { randomUUID } from "node:crypto";
import type { Acknowledgements } from "./acknowledgements.ts";
import { createCookies, type Cookies } from "./cookies.ts";

/** One HTTP Event Collector and what is remembered of it during a run. */
export interface Endpoint {
  readonly origin: URL;
  readonly cookies: Cookies;
  /** The channel of a token with indexer acknowledgement; undefined until Splunk asks for one. */
  channel: Channel | undefined;
  /** The first request, settled; undefined until there is one. */
  greeting: Promise<void> | undefined;
  /** Monotonic time until which it is left out. */
  outUntil: number;
}

export interface Channel {
  /** Value of `X-Splunk-Request-Channel`. */
  readonly id: string;
  readonly acknowledgements: Acknowledgements;
}

/** The addresses of one Splunk, in the order of the operator's preference. */
export interface Endpoints {
  /** The first one that is not left out; undefined where all are. */
  available(): Endpoint | undefined;
  /** The one that is tried first when all are left out. */
  soonest(): Endpoint;
  readonly count: number;
}

export function createEndpoints(origins: readonly URL[]): Endpoints {
  const all = origins.map((origin): Endpoint => ({
    origin,
    cookies: createCookies(),
    channel: undefined,
    greeting: undefined,
    outUntil: 0,
  }));
  return {
    available: () => all.find(({ outUntil }) => outUntil <= performance.now()),
    soonest: () => all.reduce((first, other) => (other.outUntil < first.outUntil ? other : first)),
    count: all.length,
  };
}

export function openChannel(endpoint: Endpoint, createAcknowledgements: (channelId: string) => Acknowledgements): void {
  const id = randomUUID();
  endpoint.channel = { id, acknowledgements: createAcknowledgements(id) };
}
