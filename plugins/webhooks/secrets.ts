import type { SealedPlace, Sealer } from '@parley/core'
import type { Subscription } from './models/subscription.ts'

const placeOf = (tenantId: string, id: string): SealedPlace => ({ tenantId, purpose: 'subscription.secret', id })

export function sealSecret(sealer: Sealer, tenantId: string, subscriptionId: string, secret: string): string {
  return sealer.seal(secret, placeOf(tenantId, subscriptionId))
}

/** The secrets that sign now: the new one, and the one before while it runs out. */
export function secretsOf(sealer: Sealer, subscription: Subscription, now: Date): readonly string[] {
  const { tenant_id, id, secret, old_secret, old_secret_until } = subscription
  const runsOut = old_secret !== null && old_secret_until !== null && old_secret_until > now
  const sealed = runsOut ? [secret, old_secret] : [secret]
  return sealed.map((one) => sealer.open(one, placeOf(tenant_id, id)))
}
