import type { MemberContact, MemberDirectory, UnitOfWork } from '@parley/core'
import { permits } from '@parley/core'
import type { RoleMatrix } from '../domain/roles.ts'
import { CustomRole } from '../models/member.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly email_verified: boolean
  readonly role: string
}

/** What other plugins may know of a tenant's members. */
export function memberDirectoryOf(matrix: RoleMatrix): MemberDirectory {
  return {
    async find(uow, ids) {
      if (ids.length === 0) return []
      return (await rows(uow, ids)).map(contactOf)
    },
    async withPermission(uow, permission) {
      const own = new Map((await CustomRole.in(uow)).map(({ id, permissions }) => [id, permissions]))
      const holds = ({ role }: Row) => permits({ permissions: matrix.of(role, own.get(role)) }, permission)
      return (await rows(uow, null)).filter(holds).map(contactOf)
    },
  }
}

/** @param ids null: all of them */
async function rows(uow: UnitOfWork, ids: readonly string[] | null): Promise<readonly Row[]> {
  const found = await uow.trx.raw<{ rows: Row[] }>(
    `select id, name, email, email_verified, role from accounts.members_of_tenant()
      where ?::text[] is null or id::text = any(?::text[]) order by id`,
    [ids, ids] as never[],
  )
  return found.rows
}

function contactOf({ id, name, email, email_verified }: Row): MemberContact {
  return { id, name, email, emailVerified: email_verified }
}
