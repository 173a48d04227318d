import type { Clock, Database } from '@parley/core'
import type { ContactsSettings } from '../settings.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly database: Database
  readonly clock: Clock
  readonly settings: ContactsSettings
}
