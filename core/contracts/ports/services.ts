import type { JobQueue } from '../../plugin/job.ts'
import type { LivePublisher } from '../../plugin/live.ts'
import { definePort } from '../../plugin/port.ts'
import type {
  Clock,
  EventTail,
  Logger,
  PermissionCatalog,
  Sealer,
  SigningKeys,
  TenantSettings,
  TokenSigner,
  UserSettings,
} from '../../plugin/services.ts'
import type { Database } from '../../plugin/unit-of-work.ts'

/** What the kernel itself provides. What has an owner (`logger`, `jobs`, `tenantSettings`, `userSettings`, `sealer`, `signingKeys`) is bound to the plugin that asks. */
export const database = definePort<Database>('database')
export const clock = definePort<Clock>('clock')
export const logger = definePort<Logger>('logger')
export const jobs = definePort<JobQueue>('jobs')
export const live = definePort<LivePublisher>('live')
export const eventTail = definePort<EventTail>('event-tail')
export const tenantSettings = definePort<TenantSettings>('tenant-settings')
export const userSettings = definePort<UserSettings>('user-settings')
export const tokens = definePort<TokenSigner>('tokens')
export const sealer = definePort<Sealer>('sealer')
export const signingKeys = definePort<SigningKeys>('signing-keys')
export const permissionCatalog = definePort<PermissionCatalog>('permission-catalog')
