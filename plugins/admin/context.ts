import type { Audit, Database, Platform, TenantRegistry } from '@parley/core'

/** What this room works with. */
export interface Parts {
  readonly audit: Audit
  readonly database: Database
  readonly platform: Platform
  readonly tenants: TenantRegistry
}
