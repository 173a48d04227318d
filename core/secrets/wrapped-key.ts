import { randomBytes } from 'node:crypto'
import type { KeyRing } from './key-ring.ts'
import { KEY_BYTES, parseKey, type RingKey } from './parse-keys.ts'
import { INSTALLATION } from './ring-key-store.ts'

const place = (id: string) => ({ tenantId: INSTALLATION, purpose: 'ring_key.wrapped', id })

/** A new key, wrapped for the database. */
export function newWrappedKey(root: KeyRing): { readonly id: string; readonly wrapped: string } {
  const id = `d${randomBytes(5).toString('hex')}`
  return { id, wrapped: root.seal(randomBytes(KEY_BYTES).toString('base64'), place(id)) }
}

/** @throws ParleyError `secrets.unknown-key` when the root key that wrapped it is not among ours */
export function unwrapKey(root: KeyRing, { id, wrapped }: { readonly id: string; readonly wrapped: string }): RingKey {
  return parseKey(id, root.open(wrapped, place(id)), `the key "${id}" of the database`)
}

/** The same key wrapped by the root key that is first now; `undefined` when it is already. */
export function rewrapped(root: KeyRing, { id, wrapped }: { readonly id: string; readonly wrapped: string }) {
  const { value, changed } = root.reseal(wrapped, place(id))
  return changed ? value : undefined
}
