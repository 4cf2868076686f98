// Made by prune-opencti-schema.ts from OpenCTI-Platform/opencti (Apache-2.0); not to be edited.

/** What a connector meets of OpenCTI's GraphQL schema, by platform version, the oldest first. */
export const openctiDefinitions = {
  "6.8.10": /* GraphQL */ `
    type AppInfo {
      version: String!
    }

    type Capability {
      attribute_order: Int
      created_at: DateTime!
      description: String
      entity_type: String!
      id: ID!
      name: String!
      parent_types: [String]!
      refreshed_at: DateTime
      standard_id: String!
      updated_at: DateTime!
    }

    type Connector {
      active: Boolean
      auto: Boolean
      auto_update: Boolean
      built_in: Boolean
      config: ConnectorConfig
      connector_info: ConnectorInfo
      connector_priority_group: ConnectorPriorityGroup!
      connector_queue_details: ConnectorQueueDetails!
      connector_schema: String
      connector_schema_ui: String
      connector_scope: [String!]
      connector_state: String
      connector_state_reset: Boolean
      connector_state_timestamp: DateTime
      connector_trigger_filters: String
      connector_type: String
      connector_user_id: ID
      created_at: DateTime
      enrichment_resolution: String
      entity_type: String!
      id: ID!
      is_managed: Boolean
      manager_connector_logs: [String!]
      manager_connector_uptime: Int
      manager_contract_definition: String
      manager_contract_hash: String
      manager_contract_image: String
      manager_current_status: String
      manager_requested_status: String
      name: String!
      only_contextual: Boolean
      parent_types: [String]!
      playbook_compatible: Boolean
      refreshed_at: DateTime
      standard_id: String!
      title: String!
      updated_at: DateTime
      works(status: String): [Work]
    }

    type ConnectorConfig {
      connection: RabbitMQConnection!
      dead_letter_routing: String!
      listen: String!
      listen_callback_uri: String
      listen_exchange: String!
      listen_routing: String!
      push: String!
      push_exchange: String!
      push_routing: String!
    }

    type ConnectorInfo {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    input ConnectorInfoInput {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    enum ConnectorPriorityGroup {
      DEFAULT
      REALTIME
    }

    type ConnectorQueueDetails {
      messages_number: Float!
      messages_size: Float!
    }

    enum ConnectorType {
      EXTERNAL_IMPORT
      INTERNAL_ANALYSIS
      INTERNAL_ENRICHMENT
      INTERNAL_EXPORT_FILE
      INTERNAL_IMPORT_FILE
      STREAM
    }

    scalar DateTime

    type MeUser {
      account_lock_after_date: DateTime
      account_status: String!
      api_token: String!
      can_manage_sensitive_config: Boolean
      capabilities: [Capability!]!
      default_hidden_types: [String]!
      default_time_field: String
      description: String
      entity_type: String!
      external: Boolean
      firstname: String
      id: ID!
      individual_id: String
      language: String
      lastname: String
      monochrome_labels: Boolean
      name: String!
      no_creators: Boolean
      otp_activated: Boolean
      otp_mandatory: Boolean
      otp_qr: String
      parent_types: [String!]!
      restrict_delete: Boolean
      standard_id: String!
      submenu_auto_collapse: Boolean
      submenu_show_icons: Boolean
      theme: String
      unit_system: UnitSystem
      user_email: String!
    }

    type Mutation {
      deleteConnector(id: ID!): ID!
      pingConnector(connectorInfo: ConnectorInfoInput, id: ID!, state: String): Connector
      registerConnector(input: RegisterConnectorInput): Connector
      resetStateConnector(id: ID!): Connector
      stixBundlePush(bundle: String!, connectorId: String!, work_id: String): Boolean
      workAdd(connectorId: String!, friendlyName: String): Work!
      workEdit(id: ID!): WorkEditMutations
    }

    type Query {
      about: AppInfo
      connector(id: String!): Connector
      isWorkAlive(id: ID!): Boolean
      me: MeUser!
    }

    type RabbitMQConnection {
      host: String!
      pass: String!
      port: Int!
      use_ssl: Boolean!
      user: String!
      vhost: String!
    }

    input RegisterConnectorInput {
      auto: Boolean
      auto_update: Boolean
      enrichment_resolution: String
      id: ID!
      listen_callback_uri: String
      name: String!
      only_contextual: Boolean
      playbook_compatible: Boolean
      scope: [String!]
      type: ConnectorType!
    }

    enum State {
      complete
      progress
      timeout
      wait
    }

    enum UnitSystem {
      Imperial
      Metric
      auto
    }

    type Work {
      completed_number: Int
      completed_time: DateTime
      draft_context: String
      errors: [WorkMessage]
      event_source_id: String
      id: ID!
      messages: [WorkMessage]
      name: String
      processed_time: DateTime
      received_time: DateTime
      status: State!
      timestamp: DateTime!
      tracking: WorkTracking
    }

    type WorkEditMutations {
      addDraftContext(draftContext: String): ID!
      addExpectations(expectations: Int): ID!
      delete: ID!
      ping: ID!
      reportExpectation(error: WorkErrorInput): ID!
      toProcessed(inError: Boolean, message: String): ID!
      toReceived(message: String): ID!
    }

    input WorkErrorInput {
      error: String
      source: String
    }

    type WorkMessage {
      message: String
      sequence: Int
      source: String
      timestamp: DateTime
    }

    type WorkTracking {
      import_expected_number: Int
      import_last_processed: DateTime
      import_processed_number: Int
    }
  `,
  "6.9.17": /* GraphQL */ `
    type AppInfo {
      version: String!
    }

    type Capability {
      attribute_order: Int
      created_at: DateTime!
      description: String
      entity_type: String!
      id: ID!
      name: String!
      parent_types: [String!]!
      refreshed_at: DateTime
      standard_id: String!
      updated_at: DateTime!
    }

    type Connector {
      active: Boolean
      auto: Boolean
      auto_update: Boolean
      built_in: Boolean
      config: ConnectorConfig
      connector_info: ConnectorInfo
      connector_priority_group: ConnectorPriorityGroup!
      connector_queue_details: ConnectorQueueDetails!
      connector_schema: String
      connector_schema_ui: String
      connector_scope: [String!]
      connector_state: String
      connector_state_reset: Boolean
      connector_state_timestamp: DateTime
      connector_trigger_filters: String
      connector_type: String
      connector_user_id: ID
      created_at: DateTime
      enrichment_resolution: String
      entity_type: String!
      id: ID!
      is_managed: Boolean
      manager_connector_logs: [String!]
      manager_connector_uptime: Int
      manager_contract_definition: String
      manager_contract_hash: String
      manager_contract_image: String
      manager_current_status: String
      manager_requested_status: String
      name: String!
      only_contextual: Boolean
      parent_types: [String!]!
      playbook_compatible: Boolean
      refreshed_at: DateTime
      standard_id: String!
      title: String!
      updated_at: DateTime
      works(status: String): [Work]
    }

    type ConnectorConfig {
      connection: RabbitMQConnection!
      dead_letter_routing: String!
      listen: String!
      listen_callback_uri: String
      listen_exchange: String!
      listen_routing: String!
      push: String!
      push_exchange: String!
      push_routing: String!
      s3: S3Connection!
    }

    type ConnectorInfo {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    input ConnectorInfoInput {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    enum ConnectorPriorityGroup {
      DEFAULT
      REALTIME
    }

    type ConnectorQueueDetails {
      messages_number: Float!
      messages_size: Float!
    }

    enum ConnectorType {
      EXTERNAL_IMPORT
      INTERNAL_ANALYSIS
      INTERNAL_ENRICHMENT
      INTERNAL_EXPORT_FILE
      INTERNAL_IMPORT_FILE
      STREAM
    }

    scalar DateTime

    type MeUser {
      account_lock_after_date: DateTime
      account_status: String!
      api_token: String!
      can_manage_sensitive_config: Boolean
      capabilities: [Capability!]!
      default_hidden_types: [String]!
      default_time_field: String
      description: String
      entity_type: String!
      external: Boolean
      firstname: String
      id: ID!
      individual_id: String
      language: String
      lastname: String
      monochrome_labels: Boolean
      name: String!
      no_creators: Boolean
      otp_activated: Boolean
      otp_mandatory: Boolean
      otp_qr: String
      parent_types: [String!]!
      restrict_delete: Boolean
      standard_id: String!
      submenu_auto_collapse: Boolean
      submenu_show_icons: Boolean
      theme: String
      unit_system: UnitSystem
      user_email: String!
    }

    type Mutation {
      deleteConnector(id: ID!): ID!
      pingConnector(connectorInfo: ConnectorInfoInput, id: ID!, state: String): Connector
      registerConnector(input: RegisterConnectorInput): Connector
      resetStateConnector(id: ID!): Connector
      stixBundlePush(bundle: String!, connectorId: String!, work_id: String): Boolean
      workAdd(connectorId: String!, friendlyName: String): Work!
      workEdit(id: ID!): WorkEditMutations
    }

    type Query {
      about: AppInfo
      connector(id: String!): Connector
      isWorkAlive(id: ID!): Boolean
      me: MeUser!
    }

    type RabbitMQConnection {
      host: String!
      pass: String!
      port: Int!
      use_ssl: Boolean!
      user: String!
      vhost: String!
    }

    input RegisterConnectorInput {
      auto: Boolean
      auto_update: Boolean
      enrichment_resolution: String
      id: ID!
      listen_callback_uri: String
      name: String!
      only_contextual: Boolean
      playbook_compatible: Boolean
      scope: [String!]
      type: ConnectorType!
    }

    type S3Connection {
      access_key: String!
      bucket_name: String!
      bucket_region: String!
      endpoint: String!
      port: Int!
      secret_key: String!
      use_ssl: Boolean!
    }

    enum State {
      complete
      progress
      timeout
      wait
    }

    enum UnitSystem {
      Imperial
      Metric
      auto
    }

    type Work {
      completed_number: Int
      completed_time: DateTime
      draft_context: String
      errors: [WorkMessage]
      event_source_id: String
      id: ID!
      messages: [WorkMessage]
      name: String
      processed_time: DateTime
      received_time: DateTime
      status: State!
      timestamp: DateTime!
      tracking: WorkTracking
    }

    type WorkEditMutations {
      addDraftContext(draftContext: String): ID!
      addExpectations(expectations: Int): ID!
      delete: ID!
      ping: ID!
      reportExpectation(error: WorkErrorInput): ID!
      toProcessed(inError: Boolean, message: String): ID!
      toReceived(message: String): ID!
    }

    input WorkErrorInput {
      error: String
      source: String
    }

    type WorkMessage {
      message: String
      sequence: Int
      source: String
      timestamp: DateTime
    }

    type WorkTracking {
      import_expected_number: Int
      import_last_processed: DateTime
      import_processed_number: Int
    }
  `,
  "7.260817.0": /* GraphQL */ `
    type AppInfo {
      version: String!
    }

    type Capability {
      attribute_order: Int
      created_at: DateTime!
      description: String
      entity_type: String!
      id: ID!
      name: String!
      parent_types: [String!]!
      refreshed_at: DateTime
      standard_id: String!
      updated_at: DateTime!
    }

    type Connector {
      active: Boolean
      auto: Boolean
      auto_update: Boolean
      built_in: Boolean
      config: ConnectorConfig
      connector_info: ConnectorInfo
      connector_priority_group: ConnectorPriorityGroup!
      connector_queue_details: ConnectorQueueDetails!
      connector_schema: String
      connector_schema_ui: String
      connector_scope: [String!]
      connector_state: String
      connector_state_reset: Boolean
      connector_state_timestamp: DateTime
      connector_trigger_filters: String
      connector_type: String
      connector_user_id: ID
      created_at: DateTime
      enrichment_resolution: String
      entity_type: String!
      id: ID!
      is_managed: Boolean
      jwks: String!
      manager_connector_logs: [String!]
      manager_connector_uptime: Int
      manager_contract_definition: String
      manager_contract_hash: String
      manager_contract_image: String
      manager_current_status: String
      manager_requested_status: String
      name: String!
      only_contextual: Boolean
      parent_types: [String!]!
      playbook_compatible: Boolean
      refreshed_at: DateTime
      standard_id: String!
      title: String!
      updated_at: DateTime
      works(status: String): [Work]
      xtm_one_intent: String
    }

    type ConnectorConfig {
      connection: RabbitMQConnection!
      dead_letter_routing: String!
      listen: String!
      listen_callback_uri: String
      listen_exchange: String!
      listen_routing: String!
      push: String!
      push_exchange: String!
      push_routing: String!
      s3: S3Connection!
    }

    type ConnectorInfo {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    input ConnectorInfoInput {
      buffering: Boolean!
      last_run_datetime: DateTime
      next_run_datetime: DateTime
      queue_messages_size: Float!
      queue_threshold: Float!
      run_and_terminate: Boolean!
    }

    enum ConnectorPriorityGroup {
      DEFAULT
      REALTIME
    }

    type ConnectorQueueDetails {
      messages_number: Float!
      messages_size: Float!
    }

    enum ConnectorType {
      EXTERNAL_IMPORT
      INTERNAL_ANALYSIS
      INTERNAL_ENRICHMENT
      INTERNAL_EXPORT_FILE
      INTERNAL_IMPORT_FILE
      STREAM
    }

    scalar DateTime

    type MeUser {
      account_lock_after_date: DateTime
      account_status: String!
      can_manage_sensitive_config: Boolean
      capabilities: [Capability!]!
      default_hidden_types: [String]!
      default_time_field: String
      description: String
      entity_type: String!
      external: Boolean
      firstname: String
      id: ID!
      individual_id: String
      language: String
      lastname: String
      monochrome_labels: Boolean
      name: String!
      no_creators: Boolean
      otp_activated: Boolean
      otp_mandatory: Boolean
      otp_qr: String
      parent_types: [String!]!
      password_valid_until: DateTime
      restrict_delete: Boolean
      standard_id: String!
      submenu_auto_collapse: Boolean
      submenu_show_icons: Boolean
      theme: String
      unit_system: UnitSystem
      unsubscribed_news_feed_types: [String!]
      user_email: String!
    }

    type Mutation {
      deleteConnector(id: ID!): ID!
      pingConnector(connectorInfo: ConnectorInfoInput, id: ID!, state: String): Connector
      registerConnector(input: RegisterConnectorInput): Connector
      resetStateConnector(id: ID!): Connector
      stixBundlePush(bundle: String!, connectorId: String!, work_id: String): Boolean
      workAdd(connectorId: String!, friendlyName: String, isMultiPartWork: Boolean = false): Work!
      workEdit(id: ID!): WorkEditMutations
    }

    type Query {
      about: AppInfo
      connector(id: String!): Connector
      isWorkAlive(id: ID!): Boolean
      me: MeUser!
    }

    type RabbitMQConnection {
      host: String!
      pass: String!
      port: Int!
      use_ssl: Boolean!
      user: String!
      vhost: String!
    }

    input RegisterConnectorInput {
      auto: Boolean
      auto_update: Boolean
      enrichment_resolution: String
      id: ID!
      listen_callback_uri: String
      name: String!
      only_contextual: Boolean
      playbook_compatible: Boolean
      scope: [String!]
      type: ConnectorType!
      xtm_one_intent: String
    }

    type S3Connection {
      access_key: String!
      bucket_name: String!
      bucket_region: String!
      endpoint: String!
      port: Int!
      secret_key: String!
      use_ssl: Boolean!
    }

    enum State {
      complete
      progress
      timeout
      wait
    }

    enum UnitSystem {
      Imperial
      Metric
      auto
    }

    type Work {
      completed_number: Int
      completed_time: DateTime
      draft_context: String
      errors: [WorkMessage]
      event_source_id: String
      id: ID!
      messages: [WorkMessage]
      name: String
      processed_time: DateTime
      received_time: DateTime
      status: State!
      timestamp: DateTime!
      tracking: WorkTracking
    }

    type WorkEditMutations {
      addDraftContext(draftContext: String): ID!
      addExpectations(expectations: Int): ID!
      delete: ID!
      ping: ID!
      reportExpectation(error: WorkErrorInput): ID!
      toProcessed(inError: Boolean, message: String): ID!
      toReceived(message: String): ID!
    }

    input WorkErrorInput {
      error: String
      source: String
    }

    type WorkMessage {
      message: String
      sequence: Int
      source: String
      timestamp: DateTime
    }

    type WorkTracking {
      import_expected_number: Int
      import_last_processed: DateTime
      import_processed_number: Int
    }
  `,
} as const;
