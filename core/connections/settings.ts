import Joi from 'joi'

/** Limits of the connection room. Times are milliseconds. */
export interface ConnectionSettings {
  /** How old a connection or an endpoint may be when it is read; the contract promises at most a second. */
  readonly cacheMs: number
  readonly cacheMax: number
  /** How long an account's connections are remembered after they changed in another process. */
  readonly routeMs: number
  /** How long "nobody connected this account" (or "there is no such endpoint") is remembered. */
  readonly unknownMs: number
  readonly routeMax: number
}

export const connectionSettings: Joi.ObjectSchema<ConnectionSettings> = Joi.object({
  cacheMs: Joi.number().integer().min(0).max(1000).default(1000),
  cacheMax: Joi.number().integer().min(1).default(10_000),
  routeMs: Joi.number().integer().min(0).max(60_000).default(5000),
  unknownMs: Joi.number().integer().min(0).max(60_000).default(1000),
  routeMax: Joi.number().integer().min(1).default(50_000),
})

export const defaultConnectionSettings: ConnectionSettings = Joi.attempt({}, connectionSettings)
