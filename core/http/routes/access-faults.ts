import type { Access } from '../../plugin/route.ts'

/** What access rules may refer to. */
export interface Known {
  /** Permissions the plugin declares; `undefined` leaves them unchecked. */
  readonly permissions: readonly string[] | undefined
  readonly schemes: readonly string[]
}

const RULES = ['permission', 'scheme', 'public']

/** What is wrong with an access rule, as sentences. */
export function accessFaults(access: Access, known: Known): readonly string[] {
  const rules = typeof access === 'object' && access !== null ? Object.keys(access) : []
  if (rules.length !== 1 || !RULES.includes(rules[0] ?? '')) return [`expected access by one of ${RULES.join(', ')}`]
  if ('public' in access) return access.public.trim() === '' ? ['a public route says why it is public'] : []
  if ('scheme' in access) {
    return known.schemes.includes(access.scheme) ? [] : [`nobody authenticates the scheme "${access.scheme}"`]
  }
  if (known.permissions === undefined || known.permissions.includes(access.permission)) return []
  return [`the permission "${access.permission}" is not declared in the manifest`]
}
