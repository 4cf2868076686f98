import type { HecAnswer, HecFault, HecOptions, HecRequest } from "./hec.ts";

/** Channels of a HEC token with indexer acknowledgement, as under "About HTTP Event Collector Indexer Acknowledgment". */
export interface HecChannels {
  /** What is wrong with the channel of a request; undefined where nothing is. */
  refuse(request: HecRequest): HecAnswer | undefined;
  /** The id under which a stored request is acknowledged; undefined for a token without acknowledgement. */
  accept(request: HecRequest): number | undefined;
  poll(request: HecRequest, body: string): HecFault;
}

interface Channel {
  next: number;
  readonly pending: Set<number>;
}

export function createHecChannels({ acknowledgement = false, isIndexed, interceptPoll, forgets }: HecOptions): HecChannels {
  // By node and channel: the nodes behind a load balancer know nothing of each other's.
  const channels = new Map<string, Channel>();
  let polls = 0;
  let accepted = 0;

  function channelOf({ channel: id = "", node }: HecRequest): Channel {
    const key = `${node} ${id}`;
    const channel = channels.get(key) ?? { next: 0, pending: new Set() };
    channels.set(key, channel);
    return channel;
  }

  return {
    refuse({ channel }) {
      if (!acknowledgement) return undefined;
      if (channel === undefined) return { status: 400, body: { text: "Data channel is missing", code: 10 } };
      const isGuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(channel);
      return isGuid ? undefined : { status: 400, body: { text: "Invalid data channel", code: 11 } };
    },
    accept(request) {
      if (!acknowledgement) return undefined;
      accepted += 1;
      if (forgets?.(accepted) === true) channels.clear();
      const channel = channelOf(request);
      channel.pending.add(channel.next);
      channel.next += 1;
      return channel.next - 1;
    },
    poll(request, body) {
      polls += 1;
      const fault = interceptPoll?.(polls);
      if (fault !== undefined) return fault;
      if (!acknowledgement) return { status: 400, body: { text: "ACK is disabled", code: 14 } };
      const channel = channelOf(request);
      const { acks } = JSON.parse(body) as { acks: readonly number[] };
      // True is told once.
      const answers = acks.map((id) => [id, (isIndexed?.(id, polls) ?? true) && channel.pending.delete(id)]);
      return { status: 200, body: { acks: Object.fromEntries(answers) as Record<string, boolean> } };
    },
  };
}
