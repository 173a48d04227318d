import Joi from 'joi'
import type { Actor } from '../plugin/route.ts'

/** Permissions of those who run the installation. */
const PLATFORM = 'platform.'

/** Is it one of the permissions of those who run the installation? */
export function runsThePlatform(permission: string): boolean {
  return permission.startsWith(PLATFORM)
}

/**
 * Does the actor hold the permission? A scope is a permission key (`inbox.read`), a family (`inbox.*`, which covers
 * `inbox.read` and `inbox.notes.write` but not `inbox`), or `*`: everything within a tenant. What concerns all tenants
 * (`platform.…`) is given by its own name or family only, so that nobody has it who may do everything in one.
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
  if (scope === permission) return true
  if (scope === '*') return !runsThePlatform(permission)
  return scope.endsWith('.*') && permission.startsWith(scope.slice(0, -1)) && permission.length > scope.length - 1
}

/** `*`, `inbox.read`, `inbox.*`. */
export const scopeSchema: Joi.StringSchema = Joi.string()
  .max(120)
  .pattern(/^(\*|[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*(\.\*)?)$/, 'scope')
