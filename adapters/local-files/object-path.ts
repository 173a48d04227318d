import { join } from 'node:path'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const TENANT = new RegExp(`^${UUID}$`)
const KEY = new RegExp(`^(${UUID})/(${UUID})$`)

/** Where an object lies: its bytes, and beside them what is known of it. */
export interface ObjectPath {
  readonly folder: string
  readonly content: string
  readonly facts: string
}

export function isTenantId(text: string): boolean {
  return TENANT.test(text)
}

/**
 * The place of `<tenantId>/<uuid>`, or `undefined` when the key is not of that form or names another tenant. Only hex and
 * hyphens ever reach the path, so there is nothing in it to traverse with. The last two digits, which are random, spread a
 * tenant's files over 256 folders.
 */
export function objectPath(root: string, tenantId: string, key: string): ObjectPath | undefined {
  const [, owner, id] = KEY.exec(key) ?? []
  if (owner === undefined || id === undefined || owner !== tenantId) return undefined
  const folder = join(root, owner, id.slice(-2))
  const content = join(folder, id)
  return { folder, content, facts: `${content}.json` }
}
