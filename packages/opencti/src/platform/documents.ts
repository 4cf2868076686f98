import { z } from "zod";

/** A GraphQL document of the platform's API with the shape of its answer, valid on OpenCTI 6.8, 6.9 and 7 alike unless it says since when. */
export interface Operation<Data> {
  readonly name: string;
  readonly text: string;
  readonly data: z.ZodType<Data>;
  /** The first version whose schema has all of it. */
  readonly since?: "7.0.0" | undefined;
  /** Whether doing it twice is the same as doing it once; else it is not sent again while its outcome is unknown. */
  readonly repeatable: boolean;
}

/** How the platform's broker is reached, as registration hands it out. */
export interface BrokerConnection {
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly use_ssl: boolean;
  readonly user: string;
  readonly pass: string;
}

export interface Registration {
  readonly connector_state: string | null;
  readonly connector_user_id: string | null;
  readonly config: { readonly connection: BrokerConnection; readonly push_routing: string; readonly push_exchange: string };
}

export interface Account {
  readonly about: { readonly version: string };
  readonly me: { readonly name: string; readonly capabilities: readonly { readonly name: string }[] };
}

export interface ConnectorInfo {
  readonly run_and_terminate: boolean;
  readonly buffering: boolean;
  readonly queue_threshold: number;
  readonly queue_messages_size: number;
  readonly next_run_datetime?: string;
  readonly last_run_datetime?: string;
}

export interface WorkSummary {
  readonly id: string;
  readonly status: string;
  readonly processed_time: string | null;
  readonly tracking: { readonly import_expected_number: number | null; readonly import_processed_number: number | null } | null;
}

const connectionSchema: z.ZodType<BrokerConnection> = z.object({
  host: z.string(),
  port: z.number(),
  vhost: z.string(),
  use_ssl: z.boolean(),
  user: z.string(),
  pass: z.string(),
});

export const readVersion: Operation<{ about: { version: string } }> = {
  name: "ReadVersion",
  text: `query ReadVersion { about { version } }`,
  data: z.object({ about: z.object({ version: z.string() }) }),
  repeatable: true,
};

export const readAccount: Operation<Account> = {
  name: "ReadAccount",
  text: `query ReadAccount { about { version } me { name capabilities { name } } }`,
  data: z.object({
    about: z.object({ version: z.string() }),
    me: z.object({ name: z.string(), capabilities: z.array(z.object({ name: z.string() })) }),
  }),
  repeatable: true,
};

export const registerConnector: Operation<{ registerConnector: Registration }> = {
  name: "RegisterConnector",
  text: `mutation RegisterConnector($input: RegisterConnectorInput) {
    registerConnector(input: $input) {
      connector_state
      connector_user_id
      config { connection { host port vhost use_ssl user pass } push_routing push_exchange }
    }
  }`,
  data: z.object({
    registerConnector: z.object({
      connector_state: z.string().nullable(),
      connector_user_id: z.string().nullable(),
      config: z.object({
        connection: connectionSchema,
        push_routing: z.string(),
        push_exchange: z.string(),
      }),
    }),
  }),
  repeatable: true,
};

export const pingConnector: Operation<{ pingConnector: { connector_state: string | null } }> = {
  name: "PingConnector",
  text: `mutation PingConnector($id: ID!, $state: String, $connectorInfo: ConnectorInfoInput) {
    pingConnector(id: $id, state: $state, connectorInfo: $connectorInfo) { connector_state }
  }`,
  data: z.object({ pingConnector: z.object({ connector_state: z.string().nullable() }) }),
  // The first ping after a reset clears it: the same state again would be taken, and the reset lost.
  repeatable: false,
};

export const readState: Operation<{ connector: { connector_state: string | null } | null }> = {
  name: "ReadState",
  text: `query ReadState($id: String!) { connector(id: $id) { connector_state } }`,
  data: z.object({ connector: z.object({ connector_state: z.string().nullable() }).nullable() }),
  repeatable: true,
};

export const readQueue: Operation<{ connector: { connector_queue_details: { messages_size: number } } | null }> = {
  name: "ReadQueue",
  text: `query ReadQueue($id: String!) { connector(id: $id) { connector_queue_details { messages_size } } }`,
  data: z.object({ connector: z.object({ connector_queue_details: z.object({ messages_size: z.number() }) }).nullable() }),
  repeatable: true,
};

/** Null for a connector that is not registered. The connection is there for connectors, as registration hands it out. */
export const readBroker: Operation<{ connector: { config: { connection: BrokerConnection } | null } | null }> = {
  name: "ReadBroker",
  text: `query ReadBroker($id: String!) {
    connector(id: $id) { config { connection { host port vhost use_ssl user pass } } }
  }`,
  data: z.object({ connector: z.object({ config: z.object({ connection: connectionSchema }).nullable() }).nullable() }),
  repeatable: true,
};

const workSchema: z.ZodType<WorkSummary> = z.object({
  id: z.string(),
  status: z.string(),
  processed_time: z.string().nullable(),
  tracking: z.object({ import_expected_number: z.number().nullable(), import_processed_number: z.number().nullable() }).nullable(),
});

export const readWorks: Operation<{ connector: { works: readonly (WorkSummary | null)[] | null } | null }> = {
  name: "ReadWorks",
  text: `query ReadWorks($id: String!) {
    connector(id: $id) {
      works { id status processed_time tracking { import_expected_number import_processed_number } }
    }
  }`,
  data: z.object({ connector: z.object({ works: z.array(workSchema.nullable()).nullable() }).nullable() }),
  repeatable: true,
};

export const addWork: Operation<{ workAdd: { id: string } }> = {
  name: "AddWork",
  text: `mutation AddWork($connectorId: String!, $name: String) { workAdd(connectorId: $connectorId, friendlyName: $name) { id } }`,
  data: z.object({ workAdd: z.object({ id: z.string() }) }),
  repeatable: false,
};

/** Such a work stays open until it is closed; any other looks finished whenever the workers have caught up. */
export const addMultiPartWork: Operation<{ workAdd: { id: string } }> = {
  name: "AddMultiPartWork",
  text: `mutation AddMultiPartWork($connectorId: String!, $name: String) {
    workAdd(connectorId: $connectorId, friendlyName: $name, isMultiPartWork: true) { id }
  }`,
  data: z.object({ workAdd: z.object({ id: z.string() }) }),
  since: "7.0.0",
  repeatable: false,
};

export const addExpectations: Operation<unknown> = {
  name: "AddExpectations",
  text: `mutation AddExpectations($id: ID!, $expectations: Int) { workEdit(id: $id) { addExpectations(expectations: $expectations) } }`,
  data: z.unknown(),
  repeatable: false,
};

export const isWorkAlive: Operation<{ isWorkAlive: boolean | null }> = {
  name: "IsWorkAlive",
  text: `query IsWorkAlive($id: ID!) { isWorkAlive(id: $id) }`,
  data: z.object({ isWorkAlive: z.boolean().nullable() }),
  repeatable: true,
};

export const closeWork: Operation<unknown> = {
  name: "CloseWork",
  text: `mutation CloseWork($id: ID!, $message: String, $inError: Boolean) {
    workEdit(id: $id) { toProcessed(message: $message, inError: $inError) }
  }`,
  data: z.unknown(),
  repeatable: true,
};

export const pushBundle: Operation<{ stixBundlePush: boolean | null }> = {
  name: "PushBundle",
  text: `mutation PushBundle($connectorId: String!, $bundle: String!, $workId: String) {
    stixBundlePush(connectorId: $connectorId, bundle: $bundle, work_id: $workId)
  }`,
  data: z.object({ stixBundlePush: z.boolean().nullable() }),
  repeatable: true,
};
