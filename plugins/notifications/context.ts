import type { Clock, Database, JobQueue, Logger, Mailer, MemberDirectory, TenantRegistry } from '@parley/core'
import type { NotificationsSettings } from './settings.ts'

/** What this room works with. */
export interface Parts {
  readonly clock: Clock
  readonly database: Database
  readonly jobs: JobQueue
  readonly log: Logger
  readonly mailer: Mailer | undefined
  readonly members: MemberDirectory | undefined
  readonly tenants: TenantRegistry
  readonly settings: NotificationsSettings
}
