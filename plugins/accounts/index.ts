import {
  audit,
  clock,
  database,
  definePlugin,
  identityProvider,
  jobs,
  logger,
  mailer,
  memberDirectory,
  optional,
  passwordScreen,
  permissionCatalog,
  planTiers,
  provide,
  sealer,
  signingKeys,
  type TenantSettings,
  tenantRegistry,
  tenantSettings,
  tokens,
} from '@parley/core'
import type { Parts } from './context.ts'
import { RoleMatrix } from './domain/roles.ts'
import { requestReset } from './mail/request-reset.ts'
import { sendMail } from './mail/send-mail.ts'
import { memberDirectoryOf } from './members/directory.ts'
import { Passwords } from './passwords/passwords.ts'
import { permissions } from './permissions.ts'
import { personalData } from './privacy/personal-data.ts'
import { accountRoutes } from './routes/index.ts'
import { accessTokenAuthenticator } from './sessions/authenticator.ts'
import { Standings } from './sessions/standings.ts'
import { type AccountsSettings, settingsSchema } from './settings.ts'
import { registerQuietly } from './signing-in/register-quietly.ts'
import { type TeamSettings, teamSettings } from './tenant-settings.ts'
import { AccessTokens } from './tokens/access-tokens.ts'
import { OneTimeTokens } from './tokens/one-time-tokens.ts'

/** People, how they sign in, which tenants they work for and what they may do there. */
export default definePlugin({
  manifest: {
    provides: [memberDirectory],
    permissions,
    sealed: [
      { table: 'accounts.user', column: 'totp_secret', purpose: 'user.totp_secret' },
      { table: 'accounts.one_time_token', column: 'data', purpose: 'one_time_token.data' },
    ],
    settings: { app: settingsSchema, tenant: teamSettings },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: {
    audit,
    catalog: permissionCatalog,
    clock,
    database,
    jobs,
    keys: signingKeys,
    log: logger,
    mailer: optional(mailer),
    providers: identityProvider,
    screen: optional(passwordScreen),
    sealer,
    signer: tokens,
    tenants: tenantRegistry,
    tenantSettings,
    tiers: optional(planTiers),
  },
  register({ catalog, mailer: post, ...deps }, settings: AccountsSettings) {
    const matrix = new RoleMatrix(catalog)
    const shared = { ...deps, settings, matrix }
    const parts: Parts = {
      ...shared,
      tenantSettings: deps.tenantSettings as TenantSettings<TeamSettings>,
      passwords: new Passwords(settings.password),
      access: new AccessTokens(shared),
      oneTime: new OneTimeTokens(deps),
      standings: new Standings(shared),
    }
    return {
      providers: [provide(memberDirectory, { value: memberDirectoryOf(matrix) })],
      personalData: personalData(parts),
      authenticators: [accessTokenAuthenticator(parts)],
      routes: accountRoutes(parts),
      jobs: [sendMail({ ...deps, mailer: post }), requestReset(parts), registerQuietly(parts)],
      health: async () =>
        post === undefined ? { ok: true, detail: 'no plugin provides a mailer: no mail is sent' } : { ok: true },
    }
  },
})
