import Joi from 'joi'
import { ParleyError } from '../plugin/errors.ts'
import { type LimitSettings, limitSettings } from './limits/settings.ts'

/** Every limit of the HTTP server. Bytes are bytes, times are milliseconds. */
export interface HttpSettings {
  /** JSON bodies; a route may ask for less or more. */
  readonly maxBodyBytes: number
  /** How long a body may take to arrive. */
  readonly bodyTimeoutMs: number
  /** A whole multipart body. */
  readonly maxUploadBytes: number
  readonly maxUploadFiles: number
  readonly uploadTimeoutMs: number
  readonly maxHookBytes: number
  /** A handler that takes longer is answered for with 503. */
  readonly handlerTimeoutMs: number
  /** Longer than a load balancer's idle time-out (60 s at AWS), so that the balancer closes first. */
  readonly keepAliveTimeoutMs: number
  readonly headersTimeoutMs: number
  /** Headers and body together. */
  readonly requestTimeoutMs: number
  readonly maxConnections: number
  /** Between "not ready" and closing: the time a load balancer takes to notice. */
  readonly drainLeadMs: number
  /** How long running requests may take after that. */
  readonly drainTimeoutMs: number
  /** A readiness check that takes longer counts as failed. */
  readonly readinessTimeoutMs: number
  /** Origins whose pages may call the API: `https://app.example.com`. None by default. */
  readonly corsOrigins: readonly string[]
  /** Believe `X-Forwarded-Proto`, `X-Forwarded-Host` and the end of `X-Forwarded-For`: only behind a proxy that sets them. */
  readonly trustProxy: boolean
  readonly hstsMaxAgeSeconds: number
  readonly idempotency: {
    /** How long an answer is kept for its key. */
    readonly ttlMs: number
    /** After this a request that never finished (its process died) no longer blocks its key. Longer than `handlerTimeoutMs`. */
    readonly leaseMs: number
    readonly purgeEveryMs: number
  }
  readonly live: LiveSettings
  /** How often everybody may call. */
  readonly limits: LimitSettings
}

/** Limits of the WebSocket. */
export interface LiveSettings {
  readonly heartbeatMs: number
  readonly heartbeatTimeoutMs: number
  /** A socket that has not introduced itself by then is closed. */
  readonly authTimeoutMs: number
  /** How often credentials are looked up again: a revoked one loses its sockets within this time. */
  readonly reverifyMs: number
  readonly maxSockets: number
  readonly maxSubscriptions: number
  readonly maxMessageBytes: number
  readonly maxMessagesPerSecond: number
  /** Frames from a client that come while answers to it still wait to be read; above it the socket is cut. */
  readonly maxUnreadAnswers: number
  /** Bytes pushed and not yet taken by the client's side; above it the socket is cut. */
  readonly maxBufferedBytes: number
  /** On shutdown sockets are told to come back elsewhere, spread over this time. */
  readonly closeJitterMs: number
  /** What a client then gets to close its side. */
  readonly goodbyeMs: number
}

const ms = (value: number) => Joi.number().integer().min(0).default(value)
const count = (value: number) => Joi.number().integer().min(1).default(value)
const MIB = 1024 * 1024

export const httpSettings: Joi.ObjectSchema<HttpSettings> = Joi.object({
  maxBodyBytes: count(MIB),
  bodyTimeoutMs: count(10_000),
  maxUploadBytes: count(25 * MIB),
  maxUploadFiles: count(10),
  uploadTimeoutMs: count(60_000),
  maxHookBytes: count(4 * MIB),
  handlerTimeoutMs: count(30_000),
  keepAliveTimeoutMs: count(65_000),
  headersTimeoutMs: count(20_000),
  requestTimeoutMs: count(90_000),
  maxConnections: count(20_000),
  drainLeadMs: ms(5_000),
  drainTimeoutMs: ms(20_000),
  readinessTimeoutMs: count(2_000),
  corsOrigins: Joi.array()
    .items(
      Joi.string()
        .uri({ scheme: ['http', 'https'] })
        .custom((value: string, helpers) =>
          new URL(value).origin === value
            ? value
            : helpers.message({ custom: '{{#label}} must be an origin: scheme, host and port' }),
        ),
    )
    .default([]),
  trustProxy: Joi.boolean().default(false),
  hstsMaxAgeSeconds: count(31_536_000),
  idempotency: Joi.object({
    ttlMs: count(24 * 3_600_000),
    leaseMs: count(60_000),
    purgeEveryMs: count(600_000),
  }).default(),
  live: Joi.object({
    heartbeatMs: count(15_000),
    heartbeatTimeoutMs: count(5_000),
    authTimeoutMs: count(5_000),
    reverifyMs: count(5_000),
    maxSockets: count(10_000),
    maxSubscriptions: count(50),
    maxMessageBytes: count(16 * 1024),
    maxMessagesPerSecond: count(50),
    maxUnreadAnswers: count(100),
    maxBufferedBytes: count(MIB),
    closeJitterMs: ms(2_000),
    goodbyeMs: ms(500),
  }).default(),
  limits: limitSettings.default(),
})

/** Defaults filled in; throws `http.settings-invalid` naming every wrong field. */
export function parseHttpSettings(settings: object = {}): HttpSettings {
  const { value, error } = httpSettings.validate(settings, { abortEarly: false })
  if (error) throw new ParleyError('http.settings-invalid', `HTTP settings are not right: ${error.message}.`)
  return value
}
