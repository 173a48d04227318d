import type {
  Audit,
  Clock,
  ContactDirectory,
  Database,
  TenantRegistry,
  TenantSettings,
  TokenSigner,
} from '@parley/core'
import type { ConsentSettings, ConsentTenantSettings } from './settings.ts'
import type { Salts } from './storage/salts.ts'

/** What the plugin's parts work with. */
export interface Parts {
  readonly audit: Audit
  readonly clock: Clock
  readonly contacts: ContactDirectory
  readonly database: Database
  readonly salts: Salts
  readonly settings: ConsentSettings
  readonly tenants: TenantRegistry
  readonly tenantSettings: TenantSettings<ConsentTenantSettings>
  readonly tokens: TokenSigner
}
