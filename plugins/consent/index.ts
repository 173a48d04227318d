import {
  audit,
  clock,
  consentChanged,
  consents,
  contactDirectory,
  database,
  definePlugin,
  provide,
  sealer,
  type TenantSettings,
  tenantRegistry,
  tenantSettings,
  tokens,
} from '@parley/core'
import type { Parts } from './context.ts'
import { followMerges } from './handlers/follow-merges.ts'
import { followPreferences } from './handlers/follow-preferences.ts'
import { permissions } from './permissions.ts'
import { createConsents } from './port/consents.ts'
import { personalData } from './privacy/personal-data.ts'
import { getConsent, putConsent } from './routes/contact.ts'
import { listChanges, listStandings } from './routes/list.ts'
import { doUnsubscribe, showUnsubscribe } from './routes/unsubscribe.ts'
import { type ConsentSettings, type ConsentTenantSettings, settingsSchema, tenantSettingsSchema } from './settings.ts'
import { SALT_PURPOSE, Salts } from './storage/salts.ts'

/** Who wants to be written to, on which channel and for what, and how that is known. */
export default definePlugin({
  manifest: {
    provides: [consents],
    publishes: [consentChanged],
    permissions,
    sealed: [{ table: 'consent.salt', column: 'value', purpose: SALT_PURPOSE }],
    settings: { app: settingsSchema, tenant: tenantSettingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: { audit, clock, contacts: contactDirectory, database, sealer, tenants: tenantRegistry, tenantSettings, tokens },
  register({ sealer: seal, ...deps }, settings: ConsentSettings) {
    const salts = new Salts({ clock: deps.clock, sealer: seal, settings })
    const perTenant = deps.tenantSettings as TenantSettings<ConsentTenantSettings>
    const parts: Parts = { ...deps, tenantSettings: perTenant, salts, settings }
    return {
      personalData: personalData(parts),
      providers: [provide(consents, { value: createConsents(parts) })],
      routes: [
        getConsent(parts),
        putConsent(parts),
        listStandings(parts),
        listChanges(parts),
        showUnsubscribe(parts),
        doUnsubscribe(parts),
      ],
      handlers: [followPreferences(parts), followMerges(parts)],
    }
  },
})
