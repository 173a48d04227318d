import Joi from 'joi'
import type { Actor } from '../plugin/route.ts'

/**
 * Does the actor hold the permission? A scope is a permission key (`inbox.read`), a family (`inbox.*`, which covers
 * `inbox.read` and `inbox.notes.write` but not `inbox`), or `*`.
 */
export function permits(actor: Pick<Actor, 'permissions'>, permission: string): boolean {
  for (const scope of actor.permissions) if (covers(scope, permission)) return true
  return false
}

/** True when everything that `wanted` (a key, a family or `*`) allows is already allowed by one of the actor's scopes. */
export function mayGrant(actor: Pick<Actor, 'permissions'>, wanted: string): boolean {
  return permits(actor, wanted)
}

function covers(scope: string, permission: string): boolean {
  if (scope === '*' || scope === permission) return true
  return scope.endsWith('.*') && permission.startsWith(scope.slice(0, -1)) && permission.length > scope.length - 1
}

/** `*`, `inbox.read`, `inbox.*`. */
export const scopeSchema: Joi.StringSchema = Joi.string()
  .max(120)
  .pattern(/^(\*|[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*(\.\*)?)$/, 'scope')
