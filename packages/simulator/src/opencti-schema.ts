import { buildSchema, parse, validate, type GraphQLSchema } from "graphql";

/**
 * The part of OpenCTI's GraphQL schema that a connector meets, cut by hand from the platform's own `relay.schema.graphql`
 * (OpenCTI-Platform/opencti, Apache-2.0). What is kept here is the same in 6.8.10, 6.9.17 and 7.260817.0; what only some of them
 * have, as `workAdd(isMultiPartWork)` or `ConnectorConfig.s3`, is left out on purpose.
 */
const definitions = /* GraphQL */ `
  scalar DateTime

  type Query {
    about: AppInfo
    me: MeUser!
    connector(id: String!): Connector
  }

  type Mutation {
    registerConnector(input: RegisterConnectorInput): Connector
    pingConnector(id: ID!, state: String, connectorInfo: ConnectorInfoInput): Connector
    workAdd(connectorId: String!, friendlyName: String): Work!
    workEdit(id: ID!): WorkEditMutations
    stixBundlePush(connectorId: String!, bundle: String!, work_id: String): Boolean
  }

  type AppInfo {
    version: String!
  }

  type MeUser {
    id: ID!
    name: String!
    capabilities: [Capability!]!
  }

  type Capability {
    id: ID!
    name: String!
  }

  type Connector {
    id: ID!
    name: String!
    connector_state: String
    connector_user_id: ID
    connector_queue_details: ConnectorQueueDetails!
    config: ConnectorConfig
    works(status: String): [Work]
  }

  type ConnectorConfig {
    connection: RabbitMQConnection!
    push: String!
    push_routing: String!
    push_exchange: String!
  }

  type RabbitMQConnection {
    host: String!
    vhost: String!
    use_ssl: Boolean!
    port: Int!
    user: String!
    pass: String!
  }

  type ConnectorQueueDetails {
    messages_number: Float!
    messages_size: Float!
  }

  input ConnectorInfoInput {
    run_and_terminate: Boolean!
    buffering: Boolean!
    queue_threshold: Float!
    queue_messages_size: Float!
    next_run_datetime: DateTime
    last_run_datetime: DateTime
  }

  input RegisterConnectorInput {
    id: ID!
    name: String!
    type: ConnectorType!
    scope: [String!]
    auto: Boolean
    auto_update: Boolean
    enrichment_resolution: String
    only_contextual: Boolean
    playbook_compatible: Boolean
    listen_callback_uri: String
  }

  enum ConnectorType {
    EXTERNAL_IMPORT
    INTERNAL_IMPORT_FILE
    INTERNAL_ENRICHMENT
    INTERNAL_ANALYSIS
    INTERNAL_EXPORT_FILE
    STREAM
  }

  type Work {
    id: ID!
    name: String
    timestamp: DateTime!
    status: State!
    processed_time: DateTime
  }

  enum State {
    wait
    progress
    complete
    timeout
  }

  type WorkEditMutations {
    addExpectations(expectations: Int): ID!
    toProcessed(message: String, inError: Boolean): ID!
  }
`;

export const openctiSchema: GraphQLSchema = buildSchema(definitions);

/** What is wrong with a GraphQL document in the eyes of every supported platform version; nothing where it is valid. */
export function checkOpenctiDocument(document: string): readonly string[] {
  return validate(openctiSchema, parse(document)).map(({ message }) => message);
}
