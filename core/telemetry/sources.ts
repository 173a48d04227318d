import type { Knex } from 'knex'
import type { GroupLag } from '../events/engine-options.ts'
import type { LimitFigures } from '../http/limits/request-limits.ts'

/** State of one plugin, for a gauge. */
export interface PluginStanding {
  readonly id: string
  readonly state: string
}

/** Where figures are read from when somebody asks; each as narrow as its use. */
export interface FigureSources {
  readonly knex: Knex
  /** Of every group that ever ran, the relay's among them where there is one. One query. */
  readonly lag: () => Promise<readonly GroupLag[]>
  /** Webhook counts by adapter. */
  readonly webhooks: () => Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Refused requests by policy, and failures of the store that counts lie in. */
  readonly limits: () => LimitFigures
  readonly plugins: () => readonly PluginStanding[]
  /** Open circuits, as `plugin/handler/tenant`. */
  readonly openCircuits: () => readonly string[]
  /** Times the embedded database was started again; `undefined` when it is somebody else's. */
  readonly databaseRestarts: () => number | undefined
  /** What a carrier counts, by its part; `undefined` where events travel over the log alone. */
  readonly carrier: () => Readonly<Record<string, Readonly<Record<string, number>>>> | undefined
}
