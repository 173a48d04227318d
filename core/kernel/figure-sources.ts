import type { RequestLimits } from '../http/limits/request-limits.ts'
import type { FigureSources } from '../telemetry/sources.ts'
import type { PluginRecord } from './record.ts'
import type { Rooms } from './rooms.ts'
import type { Storage } from './storage.ts'
import type { Supervisor } from './supervise.ts'
import type { Web } from './web.ts'

export interface FigureParts {
  readonly storage: Storage
  readonly rooms: Rooms
  readonly web: Web
  readonly limits: Pick<RequestLimits, 'figures'>
  readonly supervisor: Supervisor
  readonly records: readonly PluginRecord[]
}

/** Where metrics read the state of this kernel. */
export function figureSources({ storage, rooms, web, limits, supervisor, records }: FigureParts): FigureSources {
  return {
    knex: storage.knex,

    lag: () => rooms.engine.lag(),
    webhooks: () => web.counts.snapshot(),
    limits: () => limits.figures(),
    plugins: () => records.map(({ id, state }) => ({ id, state })),
    openCircuits: () => supervisor.openCircuits(),
    databaseRestarts: () => storage.restarts(),
    carrier: () => (rooms.engine.carrier === undefined ? undefined : { ...rooms.engine.carrier.figures() }),
  }
}
