import type { Audit, Clock, Database, FeatureFlags, FlagAdmin } from '@parley/core'
import type { FlagsSettings } from './settings.ts'

/** What this room works with. */
export interface Parts {
  readonly admin: FlagAdmin
  readonly audit: Audit
  readonly clock: Clock
  readonly database: Database
  readonly flags: FeatureFlags
  readonly settings: FlagsSettings
}
