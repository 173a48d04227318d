/**
 * Names by OpenTelemetry's semantic conventions 1.45.0 (@opentelemetry/semantic-conventions 1.45.0). Those of messaging are still
 * "Development" there and change without a major version: they are written out here, so that an update of a package renames
 * nothing on a dashboard. Names of our own begin with `parley.`.
 */
export const SEMCONV_VERSION = '1.45.0'

/** Attributes. */
export const SYSTEM = 'messaging.system'
export const OPERATION = 'messaging.operation.name'
export const OPERATION_TYPE = 'messaging.operation.type'
export const DESTINATION = 'messaging.destination.name'
export const PARTITION = 'messaging.destination.partition.id'
export const GROUP = 'messaging.consumer.group.name'
export const MESSAGE_ID = 'messaging.message.id'
export const CONVERSATION_ID = 'messaging.message.conversation_id'
export const BATCH_SIZE = 'messaging.batch.message_count'
export const DB_SYSTEM = 'db.system.name'
export const DB_SUMMARY = 'db.query.summary'
export const POOL = 'db.client.connection.pool.name'
export const POOL_STATE = 'db.client.connection.state'
export const EVENT_TYPE = 'parley.event.type'
export const TENANT = 'parley.tenant.id'
export const PLUGIN = 'parley.plugin'

/** Instruments. */
export const PROCESS_DURATION = 'messaging.process.duration'
export const OPERATION_DURATION = 'messaging.client.operation.duration'
export const POOL_COUNT = 'db.client.connection.count'
export const POOL_MAX = 'db.client.connection.max'
export const POOL_PENDING = 'db.client.connection.pending_requests'
export const PROCESS_MEMORY = 'process.memory.usage'

/** Bounds that the conventions advise for durations in seconds. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30]
