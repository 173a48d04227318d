import { clock, definePlugin, identityProvider, provide } from '@parley/core'
import { providersOf } from './providers.ts'
import { type OpenIdSettings, openIdSettings } from './settings.ts'

/** Sign-in at Google, Apple and any other OpenID provider: those that are configured. */
export default definePlugin({
  manifest: { provides: [identityProvider], settings: { app: openIdSettings } },
  deps: { clock },
  register({ clock }, settings: OpenIdSettings) {
    const providers = providersOf(settings, clock)
    return { providers: providers.map(({ key, value }) => provide(identityProvider, { key, value })) }
  },
})
