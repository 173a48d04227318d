import type { Clock, IdentityProvider } from '@parley/core'
import { ClientSecretPost, None } from 'openid-client'
import { appleClientAuth } from './apple-secret.ts'
import { readApple, readGoogle, readOther } from './claims.ts'
import { OpenIdProvider } from './open-id-provider.ts'
import type { OpenIdSettings } from './settings.ts'

export interface KeyedProvider {
  readonly key: string
  readonly value: IdentityProvider
}

/** A provider for each that has settings. */
export function providersOf(
  { google, apple, others, timeoutMs }: OpenIdSettings,
  clock: Clock,
): readonly KeyedProvider[] {
  const shared = { timeoutMs, clock }
  const made: KeyedProvider[] = others.map(({ key, name, issuer, clientId, clientSecret, scope, ownsMailboxes }) => {
    const auth = clientSecret === undefined ? None() : ClientSecretPost(clientSecret)
    return {
      key,
      value: new OpenIdProvider({ ...shared, name, issuer, clientId, auth, scope, read: readOther(ownsMailboxes) }),
    }
  })
  if (google !== undefined) {
    const { issuer, clientId, clientSecret } = google
    const auth = ClientSecretPost(clientSecret)
    const own = { name: 'Google', scope: 'openid email profile', read: readGoogle }
    made.push({ key: 'google', value: new OpenIdProvider({ ...shared, ...own, issuer, clientId, auth }) })
  }
  if (apple !== undefined) {
    const { issuer, clientId } = apple
    const auth = appleClientAuth(apple, clock)
    const own = { name: 'Apple', scope: 'openid email name', responseMode: 'form_post', read: readApple } as const
    made.push({ key: 'apple', value: new OpenIdProvider({ ...shared, ...own, issuer, clientId, auth }) })
  }
  return made
}
