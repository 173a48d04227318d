import Joi from 'joi'
import type { Knex } from 'knex'
import { planTiers } from '../contracts/ports/plan-tiers.ts'
import type { ProviderRegistry } from '../kernel/providers.ts'
import type { PluginRecord } from '../kernel/record.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import { Tiers } from '../tenancy/tiers.ts'
import { KernelFlagAdmin } from './flag-admin.ts'
import { FlagStore } from './flag-store.ts'
import { Flags } from './flags.ts'
import { FlagFollower } from './follow-flags.ts'
import { flagSettings } from './settings.ts'

export interface FlagRoomParts {
  readonly knex: Knex
  readonly clock: Clock
  readonly log: Logger
  readonly tenants: Tenants
  readonly providers: Pick<ProviderRegistry, 'running'>
  readonly records: readonly Pick<PluginRecord, 'id' | 'plugin'>[]
  /** Checked by the schema in settings.ts, defaults filled in. */
  readonly settings: object
}

/** The flag room, wired. There are no flags before the follower is started. */
export function openFlags({ knex, clock, log, tenants, providers, records, settings }: FlagRoomParts) {
  const { pollMs, planCacheMs, cacheMax, trialEffects } = Joi.attempt(settings, flagSettings)
  const source = () => providers.running(planTiers)
  const tiers = new Tiers({ clock, cacheMs: planCacheMs, cacheMax, source, tenants })
  const contributed = () =>
    records.flatMap(({ id, plugin }) => (plugin?.manifest.flags ?? []).map((flag) => ({ plugin: id, flag })))
  const flags = new Flags({ clock, tiers, cacheMax, contributed })
  const store = new FlagStore({ knex, clock })
  const flagFollower = new FlagFollower({ store, flags, log, pollMs })
  const flagAdmin = new KernelFlagAdmin({ flags, store, follower: flagFollower, tenants, trialEffects })
  return { tiers, flags, flagFollower, flagAdmin }
}
