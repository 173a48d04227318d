import { problem, type Reply } from '@parley/core'
import type { Parts } from '../context.ts'
import { isBuiltIn } from '../domain/roles.ts'
import { beyondOwn } from '../roles/assignable.ts'

/** Why a role may not have these permissions; `undefined` when it may. */
export function refusedPermissions(
  { matrix }: Parts,
  actor: Parameters<typeof beyondOwn>[0],
  permissions: readonly string[],
): Reply | undefined {
  const unknown = permissions.filter((permission) => !matrix.knows(permission))
  if (unknown.length > 0)
    return problem(422, 'accounts.permission-unknown', `There is no permission ${unknown.join(', ')}.`)
  const beyond = beyondOwn(actor, permissions)
  return beyond.length === 0 ? undefined : beyondAnswer(beyond)
}

export function refusedName(name: string | undefined): Reply | undefined {
  return name !== undefined && isBuiltIn(name.toLowerCase()) ? nameTaken(name) : undefined
}

export const beyondAnswer = (beyond: readonly string[]) =>
  problem(403, 'accounts.beyond-own', `Nobody gives more than they have: ${beyond.join(', ')}.`)
export const nameTaken = (taken: string) => problem(409, 'accounts.role-name-taken', `There is a role called ${taken}.`)
