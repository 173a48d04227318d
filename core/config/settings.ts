import { resolve } from 'node:path'
import Joi from 'joi'
import { accessSettings } from '../access/settings.ts'
import { connectionSettings } from '../connections/settings.ts'
import { databaseSettingsSchema } from '../data/settings.ts'
import { eventSettingsSchema } from '../events/settings.ts'
import { flagSettings } from '../flags/settings.ts'
import { egressSettings } from '../http/egress.ts'
import { httpSettings } from '../http/settings.ts'
import { defaultJobSettings, type JobSettings } from '../jobs/job-settings.ts'
import { peerSettings } from '../peers/settings.ts'
import { ParleyError } from '../plugin/errors.ts'
import { privacySettings } from '../privacy/settings.ts'
import { providerKeySettings } from '../provider-keys/settings.ts'
import { secretsSettings } from '../secrets/settings.ts'
import { telemetrySettings } from '../telemetry/settings.ts'
import { reasonsOf } from './reasons.ts'
import { roomSettings } from './room-settings.ts'

/** The kernel's settings, all of them, from the environment. Times are milliseconds. */
export interface KernelSettings {
  readonly port: number
  readonly host: string
  /** Where state lies when nothing else is configured: database files, keys, stored objects. Absolute. */
  readonly home: string
  /** Owner of the database; absent: an embedded server in `home`. */
  readonly databaseUrl: string | undefined
  /** Where requests are counted for all processes; absent: in Postgres. */
  readonly redisUrl: string | undefined
  /** `scheme://host` that customers and vendors reach us at; absent: what the caller used. */
  readonly publicUrl: string | undefined
  /** Key ring, `id:base64,id:base64`, the first encrypts; absent: generated into `home`. */
  readonly keys: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Ids of the plugins this process runs, out of the allow-list; with a minus before each, all but these; absent: all. */
  readonly plugins: readonly string[] | undefined
  readonly migrateOnStart: boolean
  readonly deadlines: {
    readonly loadMs: number
    readonly registerMs: number
    readonly startMs: number
    readonly stopMs: number
    readonly healthMs: number
    /** Longest that a vendor may take to check a credential. */
    readonly vendorTestMs: number
  }
  readonly shutdown: {
    /** For handlers and jobs that are under way. */
    readonly drainMs: number
    /** For the whole shutdown; the process is ended after it. */
    readonly graceMs: number
  }
  readonly breaker: {
    /** Failures in a row of one handler for one tenant that open its circuit. */
    readonly failures: number
    /** Floating rejections of one plugin within `windowMs` that open its circuit. */
    readonly rejections: number
    readonly windowMs: number
    /** How long an open circuit refuses before it lets one try through. */
    readonly openMs: number
  }
  readonly quarantine: {
    readonly crashes: number
    readonly windowMs: number
  }
  /** How old a cached answer about a tenant's plugins may be. */
  readonly tenantCacheMs: number
  /** How often what has outlived its use is deleted: kept webhook calls, dedupe keys, old segments of the log. */
  readonly retentionEveryMs: number
  /** Limits of the HTTP server, checked by its own schema: `HTTP_MAX_BODY_BYTES` is its `maxBodyBytes`. */
  readonly http: Readonly<Record<string, unknown>>
  /** The same for the event engine (`EVENTS_READ_WINDOW`) … */
  readonly events: Readonly<Record<string, unknown>>
  /** … for jobs (`JOBS_POLL_MS`) … */
  readonly jobs: Partial<JobSettings>
  /** … for the database: its pool and time-outs (`DATABASE_POOL`), the embedded server (`DATABASE_EMBEDDED_WATCH_MS`) … */
  readonly data: Readonly<Record<string, unknown>>
  /** … for API keys (`ACCESS_CACHE_MS`) … */
  readonly access: Readonly<Record<string, unknown>>
  /** … for accounts at vendors (`CONNECTIONS_ROUTE_MS`) … */
  readonly connections: Readonly<Record<string, unknown>>
  /** … for requests to URLs that users set (`EGRESS_ALLOW`) … */
  readonly egress: Readonly<Record<string, unknown>>
  /** … for flags (`FLAGS_POLL_MS`) … */
  readonly flags: Readonly<Record<string, unknown>>
  /** Rotation of keys: `SECRETS_POLL_MS`. */
  readonly secrets: Readonly<Record<string, unknown>>
  /** Keys for services that are called: `PROVIDER_KEYS_REFUSED_REST_MS`. */
  readonly providerKeys: Readonly<Record<string, unknown>>
  /** Exports and erasures of people: `PRIVACY_EXPORT_KEEP_DAYS`. */
  readonly privacy: Readonly<Record<string, unknown>>
  /** … for calls between processes that each run a part of the installation (`PEERS_URL`) … */
  readonly peers: Readonly<Record<string, unknown>>
  /** … and for traces and metrics (`TELEMETRY_PROMETHEUS_PORT`). */
  readonly telemetry: Readonly<Record<string, unknown>>
  /** Everything that is set; a plugin's app settings are found in it under its id: `WHATSAPP_GRAPH_VERSION`. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const ms = (fallback: number) => Joi.number().integer().min(0).default(fallback)
const count = (fallback: number) => Joi.number().integer().min(1).default(fallback)
const flag = Joi.boolean().truthy('1', 'yes', 'on').falsy('0', 'no', 'off').default(false)

const environment = Joi.object({
  PORT: Joi.number().integer().min(0).max(65_535).default(3000),
  HOST: Joi.string().hostname().default('0.0.0.0'),
  PARLEY_HOME: Joi.string().default('.parley'),
  DATABASE_URL: Joi.string().uri({ scheme: ['postgres', 'postgresql'] }),
  REDIS_URL: Joi.string().uri({ scheme: ['redis', 'rediss'] }),
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
  PARLEY_KEYS: Joi.string().min(1),
  LOG_LEVEL: Joi.valid('debug', 'info', 'warn', 'error', 'silent').default('info'),
  PLUGINS: Joi.string().pattern(/^[a-z0-9-]+(,[a-z0-9-]+)*$/, 'ids with commas between'),
  MIGRATE_ON_START: flag,
  PLUGIN_LOAD_DEADLINE_MS: ms(10_000),
  PLUGIN_REGISTER_DEADLINE_MS: ms(10_000),
  PLUGIN_START_DEADLINE_MS: ms(10_000),
  PLUGIN_STOP_DEADLINE_MS: ms(5_000),
  PLUGIN_HEALTH_DEADLINE_MS: ms(2_000),
  VENDOR_TEST_DEADLINE_MS: ms(10_000),
  SHUTDOWN_LEAD_MS: ms(500),
  SHUTDOWN_DRAIN_MS: ms(10_000),
  SHUTDOWN_GRACE_MS: ms(25_000),
  BREAKER_FAILURES: count(10),
  BREAKER_REJECTIONS: count(5),
  BREAKER_WINDOW_MS: ms(60_000),
  BREAKER_OPEN_MS: ms(10_000),
  QUARANTINE_CRASHES: count(3),
  QUARANTINE_WINDOW_MS: ms(600_000),
  RETENTION_EVERY_MS: count(6 * 3_600_000),
  TENANT_CACHE_MS: Joi.number().integer().min(0).max(1000).default(1000),
}).unknown(true)

const jobSettings: Joi.ObjectSchema = Joi.object(
  Object.fromEntries(Object.keys(defaultJobSettings).map((name) => [name, Joi.number().min(0)])),
)

function readRooms(env: Readonly<Record<string, string | undefined>>) {
  return {
    http: roomSettings('HTTP', httpSettings, env),
    events: roomSettings('EVENTS', eventSettingsSchema, env),
    jobs: roomSettings('JOBS', jobSettings, env),
    data: roomSettings('DATABASE', databaseSettingsSchema, env),
    access: roomSettings('ACCESS', accessSettings, env),
    connections: roomSettings('CONNECTIONS', connectionSettings, env),
    egress: roomSettings('EGRESS', egressSettings, env),
    flags: roomSettings('FLAGS', flagSettings, env),
    secrets: roomSettings('SECRETS', secretsSettings, env),
    providerKeys: roomSettings('PROVIDER_KEYS', providerKeySettings, env),
    privacy: roomSettings('PRIVACY', privacySettings, env),
    peers: roomSettings('PEERS', peerSettings, env),
    telemetry: roomSettings('TELEMETRY', telemetrySettings, env),
  }
}

/**
 * Settings from `env`; paths are resolved against `cwd`. An empty variable counts as absent. Throws
 * `config.environment-invalid` naming every variable that is wrong, never its value.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>, cwd: string): KernelSettings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const { value, error } = environment.validate(given, { abortEarly: false })
  const rooms = readRooms(given)
  const problems = [...(error ? reasonsOf(error) : []), ...Object.values(rooms).flatMap((room) => room.problems)]
  if (problems.length > 0) {
    throw new ParleyError('config.environment-invalid', `the environment is not right: ${problems.join('; ')}`)
  }
  return {
    port: value.PORT,
    host: value.HOST,
    home: resolve(cwd, value.PARLEY_HOME),
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    publicUrl: value.PUBLIC_URL?.replace(/\/$/, ''),
    keys: value.PARLEY_KEYS,
    logLevel: value.LOG_LEVEL,
    plugins: value.PLUGINS?.split(','),
    migrateOnStart: value.MIGRATE_ON_START,
    deadlines: {
      loadMs: value.PLUGIN_LOAD_DEADLINE_MS,
      registerMs: value.PLUGIN_REGISTER_DEADLINE_MS,
      startMs: value.PLUGIN_START_DEADLINE_MS,
      stopMs: value.PLUGIN_STOP_DEADLINE_MS,
      healthMs: value.PLUGIN_HEALTH_DEADLINE_MS,
      vendorTestMs: value.VENDOR_TEST_DEADLINE_MS,
    },
    shutdown: { drainMs: value.SHUTDOWN_DRAIN_MS, graceMs: value.SHUTDOWN_GRACE_MS },
    breaker: {
      failures: value.BREAKER_FAILURES,
      rejections: value.BREAKER_REJECTIONS,
      windowMs: value.BREAKER_WINDOW_MS,
      openMs: value.BREAKER_OPEN_MS,
    },
    quarantine: { crashes: value.QUARANTINE_CRASHES, windowMs: value.QUARANTINE_WINDOW_MS },
    tenantCacheMs: value.TENANT_CACHE_MS,
    retentionEveryMs: value.RETENTION_EVERY_MS,
    http: { drainLeadMs: value.SHUTDOWN_LEAD_MS, drainTimeoutMs: value.SHUTDOWN_DRAIN_MS, ...rooms.http.values },
    events: rooms.events.values,
    jobs: rooms.jobs.values,
    data: rooms.data.values,
    access: rooms.access.values,
    connections: rooms.connections.values,
    egress: rooms.egress.values,
    flags: rooms.flags.values,
    secrets: rooms.secrets.values,
    providerKeys: rooms.providerKeys.values,
    privacy: rooms.privacy.values,
    peers: rooms.peers.values,
    telemetry: rooms.telemetry.values,
    environment: given,
  }
}
