import type {
  Audit,
  Clock,
  Database,
  IdentityProvider,
  JobQueue,
  Logger,
  PasswordScreen,
  PlanTiers,
  Sealer,
  Selector,
  SigningKeys,
  TenantRegistry,
  TenantSettings,
  TokenSigner,
} from '@parley/core'
import type { RoleMatrix } from './domain/roles.ts'
import type { Passwords } from './passwords/passwords.ts'
import type { Standings } from './sessions/standings.ts'
import type { AccountsSettings } from './settings.ts'
import type { TeamSettings } from './tenant-settings.ts'
import type { AccessTokens } from './tokens/access-tokens.ts'
import type { OneTimeTokens } from './tokens/one-time-tokens.ts'

/** What this room works with. */
export interface Parts {
  readonly settings: AccountsSettings
  readonly clock: Clock
  readonly database: Database
  readonly jobs: JobQueue
  readonly log: Logger
  readonly tenants: TenantRegistry
  readonly audit: Audit
  readonly sealer: Sealer
  readonly keys: SigningKeys
  readonly signer: TokenSigner
  readonly screen: PasswordScreen | undefined
  readonly tiers: PlanTiers | undefined
  readonly providers: Selector<IdentityProvider>
  readonly matrix: RoleMatrix
  readonly tenantSettings: TenantSettings<TeamSettings>
  readonly passwords: Passwords
  readonly access: AccessTokens
  readonly oneTime: OneTimeTokens
  readonly standings: Standings
}

/** Where a request comes from, as a session remembers it. */
export interface Client {
  readonly ip: string
  readonly userAgent: string
}
