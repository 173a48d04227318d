import Joi from 'joi'

/** From the environment: `brokers` is KAFKA_BROKERS, `sasl.username` is KAFKA_SASL_USERNAME. Times are milliseconds. */
export interface KafkaSettings {
  /** `host:port`, some of the cluster's. Without any the adapter offers nothing. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Before the names of topics and groups: several installations may share a cluster. */
  readonly topicPrefix: string
  readonly tls: boolean
  /** PEM files: who is trusted instead of the system's authorities, and who we are where the cluster asks for it. */
  readonly tlsCaFile?: string
  readonly tlsCertFile?: string
  readonly tlsKeyFile?: string
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  }
  /** Of topics that are made now; -1 leaves the number to the broker's `default.replication.factor`. */
  readonly replicationFactor: number
  /** How long a topic keeps an event. The log is what keeps for good. */
  readonly retentionHours: number
  readonly connectMs: number
  readonly requestMs: number
  /** A send that takes longer is given up and done again over a new connection. */
  readonly sendMs: number
  /** Longest that stopping waits for the broker. */
  readonly leaveMs: number
  /** Of one request: what it has for one partition (below the topic's `max.message.bytes`), and in all. */
  readonly batchBytes: number
  readonly requestBytes: number
  /** The follower's membership of its own group. */
  readonly sessionMs: number
  readonly heartbeatMs: number
  /** Longest that the broker holds a fetch back while there is nothing. */
  readonly fetchWaitMs: number
  /** Pause between two fetches that brought something. */
  readonly fetchGatherMs: number
  readonly fetchBytes: number
  readonly fetchBytesPerPartition: number
  /** Pause before a follower that failed begins anew, doubled up to `restartCapMs`. */
  readonly restartBaseMs: number
  readonly restartCapMs: number
}

const ms = (value: number) => Joi.number().integer().min(1).default(value)
const bytes = ms

export const kafkaSettings: Joi.ObjectSchema<KafkaSettings> = Joi.object({
  brokers: Joi.array()
    .items(Joi.string().pattern(/^[^\s:]+:\d+$/, 'host:port'))
    .default([]),
  clientId: Joi.string().default('parley'),
  topicPrefix: Joi.string()
    .pattern(/^[A-Za-z0-9._-]*$/, 'what Kafka allows in names')
    .max(100)
    .default('parley.'),
  tls: Joi.boolean().default(false),
  tlsCaFile: Joi.string(),
  tlsCertFile: Joi.string(),
  tlsKeyFile: Joi.string(),
  sasl: Joi.object({
    mechanism: Joi.valid('plain', 'scram-sha-256', 'scram-sha-512').required(),
    username: Joi.string().required(),
    password: Joi.string().required(),
  }),
  replicationFactor: Joi.number().integer().min(-1).invalid(0).default(-1),
  retentionHours: Joi.number().integer().min(1).default(168),
  connectMs: ms(5_000),
  requestMs: ms(10_000),
  sendMs: ms(15_000),
  leaveMs: ms(2_000),
  batchBytes: bytes(768 * 1024),
  requestBytes: bytes(8 * 1024 * 1024),
  sessionMs: ms(15_000),
  heartbeatMs: ms(3_000),
  fetchWaitMs: ms(100),
  fetchGatherMs: ms(20),
  fetchBytes: bytes(4 * 1024 * 1024),
  fetchBytesPerPartition: bytes(256 * 1024),
  restartBaseMs: ms(250),
  restartCapMs: ms(10_000),
})
  .and('tlsCertFile', 'tlsKeyFile')
  .with('tlsCaFile', 'tls')
