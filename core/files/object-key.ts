import { ParleyError } from '../plugin/errors.ts'
import { newId } from '../plugin/new-id.ts'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const TENANT = new RegExp(`^${UUID}$`)
const KEY = new RegExp(`^(${UUID})/(${UUID})$`)
const VARIANT = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** `<tenantId>/<uuid>`: only hex, hyphens and one slash, so there is nothing in it to traverse with. */
export function newObjectKey(tenantId: string): string {
  if (TENANT.test(tenantId)) return `${tenantId}/${newId()}`
  throw new ParleyError('object-store.tenant', 'An object belongs to a tenant, by its UUID.')
}

/** The object's own part of a key; `undefined` when the key is not of that form or names another tenant. */
export function objectIdOf(tenantId: string, key: string): string | undefined {
  const [, owner, id] = KEY.exec(key) ?? []
  return owner === tenantId ? id : undefined
}

/** Throws for a name that is no kebab-case word: names of variants are written in code, not by callers. */
export function checkVariant(variant: string): string {
  if (variant.length <= 40 && VARIANT.test(variant)) return variant
  throw new ParleyError('object-store.variant', `Expected a kebab-case name of a variant, got "${variant}".`)
}
