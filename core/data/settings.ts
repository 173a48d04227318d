import Joi from 'joi'

/** Limits of a pool of connections. Times are milliseconds; a timeout of 0 is none. */
export interface PoolSettings {
  /** Most connections of this process, but for `lookups`. */
  readonly pool: number
  /** Connections for what is read through caches, also from within a transaction: these must not wait for other transactions. */
  readonly lookups: number
  /** Opening a connection, logging in included. */
  readonly connectTimeoutMs: number
  /** Waiting for a free connection of the pool. */
  readonly acquireTimeoutMs: number
  /** One statement, ended by the server: an error of the statement, no outage. */
  readonly statementTimeoutMs: number
  /** Waiting for one lock; the work may be tried again. */
  readonly lockTimeoutMs: number
  /** A transaction in which nothing happens; frees the locks of a process that was stopped in the middle of one. */
  readonly idleInTransactionTimeoutMs: number
  /**
   * Silence after a query: the server is taken for gone and the connection thrown away. Longer than the two that the
   * server keeps itself, so that a slow statement is not mistaken for an outage and tried again for ever.
   */
  readonly queryTimeoutMs: number
  /** A connection that nobody used for this long is closed. */
  readonly idleTimeoutMs: number
  /** What a server gets to say goodbye; then the socket is cut. */
  readonly closeTimeoutMs: number
  /** Statements that a connection keeps prepared. 0 for a pooler that cannot carry them. */
  readonly preparedStatements: number
}

/** The server that Parley runs itself. */
export interface EmbeddedSettings {
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
  /** How often it is looked after. */
  readonly watchMs: number
  /** The wait after a restart that failed, doubled up to `restartCapMs`; the first try comes at once. */
  readonly restartBaseMs: number
  readonly restartCapMs: number
}

export interface DatabaseSettings extends PoolSettings {
  readonly embedded: EmbeddedSettings
}

const ms = (value: number) => Joi.number().integer().min(0).default(value)
const count = (value: number) => Joi.number().integer().min(1).default(value)

const limits: Joi.ObjectSchema<DatabaseSettings> = Joi.object({
  pool: count(10),
  lookups: count(2),
  connectTimeoutMs: ms(5_000),
  acquireTimeoutMs: count(10_000),
  statementTimeoutMs: ms(8_000),
  lockTimeoutMs: ms(5_000),
  idleInTransactionTimeoutMs: ms(10_000),
  queryTimeoutMs: ms(10_000),
  idleTimeoutMs: count(30_000),
  closeTimeoutMs: count(1_000),
  preparedStatements: ms(500),
  embedded: Joi.object({
    startTimeoutMs: count(60_000),
    stopTimeoutMs: count(30_000),
    watchMs: count(1_000),
    restartBaseMs: count(250),
    restartCapMs: count(10_000),
  }).default(),
})

const defaults: DatabaseSettings = Joi.attempt({}, limits)

/** Also for what is set alone, without the defaults. */
export const databaseSettingsSchema: Joi.ObjectSchema<DatabaseSettings> = limits.custom(serverFirst)

/** All defaults; what is named replaces them. @throws ValidationError naming the field */
export function databaseSettings(given: object = {}): DatabaseSettings {
  return Joi.attempt(given, databaseSettingsSchema) as DatabaseSettings
}

/** The server must have its say before the client gives up on it. */
function serverFirst(settings: Partial<DatabaseSettings>, helpers: Joi.CustomHelpers) {
  const { queryTimeoutMs: silence, statementTimeoutMs: statement, lockTimeoutMs: lock } = { ...defaults, ...settings }
  if (silence === 0 || (isWithin(statement, silence) && isWithin(lock, silence))) return settings
  return helpers.message({
    custom: '"queryTimeoutMs" must be longer than "statementTimeoutMs" and "lockTimeoutMs", which must not be 0 then',
  })
}

function isWithin(timeout: number, silence: number): boolean {
  return timeout > 0 && timeout < silence
}
