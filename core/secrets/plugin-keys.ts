import type { Sealer, SigningKeys } from '../plugin/services.ts'
import type { KeyRing } from './key-ring.ts'

/** The ring as one plugin sees it: under keys of its own, so that it opens and signs nothing of another's. */
export function sealerOf(ring: KeyRing, pluginId: string): Sealer {
  const own = <P extends { readonly purpose: string }>(place: P) => ({
    ...place,
    purpose: `${pluginId}:${place.purpose}`,
  })
  return {
    seal: (plain, place) => ring.seal(plain, own(place)),
    open: (sealed, place) => ring.open(sealed, own(place)),
    isCurrent: (sealed) => ring.isCurrent(sealed),
  }
}

export function signingKeysOf(ring: KeyRing, pluginId: string): SigningKeys {
  const key = (purpose: string, id: string) => ({ id, key: ring.subKey(`sign:${pluginId}:${purpose}`, id) })
  return {
    current: (purpose) => key(purpose, ring.currentKeyId),
    find: (purpose, id) => (ring.has(id) ? key(purpose, id) : undefined),
  }
}
