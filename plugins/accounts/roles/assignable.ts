import { type Actor, mayGrant, type Result, refuse, type UnitOfWork } from '@parley/core'
import { isBuiltIn, type RoleMatrix } from '../domain/roles.ts'
import { CustomRole } from '../models/member.ts'

export type RoleRefusal = 'role-unknown' | 'beyond-own'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** May the actor give this role? Nobody gives more than they have. A role of the tenant's own is locked until the commit. */
export async function assignable(
  uow: UnitOfWork,
  matrix: RoleMatrix,
  actor: Actor | undefined,
  role: string,
): Promise<Result<object, RoleRefusal>> {
  const own = isBuiltIn(role) ? undefined : await ownRole(uow, role)
  if (!isBuiltIn(role) && own === undefined) return refuse('role-unknown', `There is no role ${role}.`)
  const beyond = beyondOwn(actor, matrix.of(role, own?.permissions))
  if (beyond.length === 0) return { ok: true }
  return refuse('beyond-own', `Nobody gives more than they have: ${beyond.join(', ')}.`)
}

export function beyondOwn(actor: Actor | undefined, permissions: readonly string[]): readonly string[] {
  return permissions.filter((permission) => actor === undefined || !mayGrant(actor, permission))
}

async function ownRole(uow: UnitOfWork, id: string): Promise<CustomRole | undefined> {
  return UUID.test(id) ? CustomRole.in(uow).findOne({ id }).forShare() : undefined
}
