import type { Audit, Clock, Database, Egress, JobQueue, Logger, Sealer } from '@parley/core'
import type { WebhooksSettings } from './settings.ts'

/** What this room works with. */
export interface Parts {
  readonly audit: Audit
  readonly clock: Clock
  readonly database: Database
  readonly jobs: JobQueue
  readonly log: Logger
  readonly sealer: Sealer
  readonly egress: Egress
  readonly settings: WebhooksSettings
}
