import { join } from 'node:path'
import { checkVariant, objectIdOf } from '@parley/core'

/** Where an object lies: its bytes, and beside them what is known of it. */
export interface ObjectPath {
  readonly folder: string
  readonly content: string
  readonly facts: string
  /** Says that nobody refers to the object yet. */
  readonly provisional: string
}

/** Uploads grow here and are moved to their place when they are whole; on the same file system, so that a move is atomic. */
export const INCOMING = '.incoming'

/** An empty file for each object that nobody has kept yet. */
export const PROVISIONAL = '.provisional'

/**
 * The place of an object or of a variant of it; `undefined` when the key is none of the tenant's. The last two digits,
 * which are random, spread a tenant's files over 256 folders.
 */
export function objectPath(root: string, tenantId: string, key: string, variant?: string): ObjectPath | undefined {
  const id = objectIdOf(tenantId, key)
  if (id === undefined) return undefined
  const folder = join(root, tenantId, id.slice(-2))
  const content = join(folder, variant === undefined ? id : `${id}.${checkVariant(variant)}`)
  return { folder, content, facts: `${content}.json`, provisional: join(root, PROVISIONAL, `${tenantId}_${id}`) }
}

/** Everything of an object: its bytes, facts and variants. */
export function belongsTo(name: string, id: string): boolean {
  return name === id || name.startsWith(`${id}.`)
}
