import type { OpenctiWork } from "./opencti-works.ts";

export interface OpenctiBroker {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly use_ssl: boolean;
  readonly user: string;
  readonly pass: string;
}

/** What the platform keeps of a connector. */
export interface OpenctiConnector {
  readonly id: string;
  readonly name: string;
  readonly state: string | null;
  /** Set by a reset, cleared by the next ping, whose state is from before and is not taken. */
  readonly wasReset: boolean;
}

export interface OpenctiConnectors {
  find(id: string): OpenctiConnector | undefined;
  edit(id: string, change: Partial<OpenctiConnector>): OpenctiConnector;
  ping(id: string, state: string | null): OpenctiConnector;
  reset(id: string): void;
}

export function createOpenctiConnectors(): OpenctiConnectors {
  const connectors = new Map<string, OpenctiConnector>();

  function edit(id: string, change: Partial<OpenctiConnector>): OpenctiConnector {
    const next = { id, name: id, state: null, wasReset: false, ...connectors.get(id), ...change };
    connectors.set(id, next);
    return next;
  }

  return {
    find: (id) => connectors.get(id),
    edit,
    ping(id, state) {
      const connector = connectors.get(id);
      if (connector === undefined) throw new Error("No connector found with the specified ID");
      return edit(id, connector.wasReset ? { wasReset: false } : { state });
    },
    reset: (id) => void edit(id, { state: "", wasReset: true }),
  };
}

/** A connector in the shape of the GraphQL type of that name. */
export function showConnector(
  { id, name, state }: OpenctiConnector,
  {
    broker,
    queueBytes,
    userId,
    works,
  }: { broker: OpenctiBroker; queueBytes: number; userId: string; works: readonly OpenctiWork[] },
): unknown {
  return {
    id,
    name,
    connector_state: state,
    connector_user_id: userId,
    connector_queue_details: { messages_number: 0, messages_size: queueBytes },
    config: { connection: broker, push: `push_${id}`, push_routing: `push_routing_${id}`, push_exchange: "amqp.worker.exchange" },
    works: ({ status }: { status?: string }) =>
      works.filter((work) => work.connector === id && (status === undefined || work.status === status)).map(showWork),
  };
}

/** A work in the shape of the GraphQL type of that name. */
export function showWork({ id, name, timestamp, status, processedTime, expected, processed }: OpenctiWork): unknown {
  const tracking = { import_expected_number: expected, import_processed_number: processed };
  return { id, name, timestamp, status, processed_time: processedTime, tracking };
}
