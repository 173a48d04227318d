import type { Audit } from '../contracts/ports/audit.ts'
import type { ObjectStore } from '../contracts/ports/object-store.ts'
import type { EventEngine } from '../events/index.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { KeyRing } from '../secrets/index.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import type { Holders } from './holders.ts'
import { privacyJobs } from './jobs.ts'
import { kernelData } from './kernel-data.ts'
import { PrivacyRequests } from './privacy-requests.ts'
import { PrivacyStore } from './privacy-store.ts'
import type { PrivacySettings } from './settings.ts'

export { type Holders, rememberHolders } from './holders.ts'
export { privacyPermissions } from './permissions.ts'
export type { PrivacyRequests, RequestWithSteps } from './privacy-requests.ts'
export { privacyRoutes } from './routes.ts'
export { privacySettings } from './settings.ts'

export interface PrivacyRoomParts {
  readonly database: Database
  readonly engine: Pick<EventEngine, 'erase'>
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Logger
  readonly ring: KeyRing
  readonly jobs: JobQueue
  readonly objects: () => ObjectStore | undefined
  readonly settings: PrivacySettings
}

export interface PrivacyRoom {
  readonly requests: PrivacyRequests
  readonly holders: Holders
  // biome-ignore lint/suspicious/noExplicitAny: a list of jobs with different inputs
  readonly runs: readonly Job<any>[]
}

export function openPrivacy(parts: PrivacyRoomParts): PrivacyRoom {
  const { settings } = parts
  const store = new PrivacyStore(parts)
  const holders: Holders = new Map()
  holders.set(KERNEL_ID, kernelData({ ...parts, ...settings }))
  return {
    holders,
    requests: new PrivacyRequests({ ...parts, store, linkSeconds: settings.linkSeconds }),
    runs: privacyJobs({ ...parts, store, holders }),
  }
}
