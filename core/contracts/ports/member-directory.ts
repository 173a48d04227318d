import { definePort } from '../../plugin/port.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'

/** Somebody who works for the tenant, as others of the platform may know them. */
export interface MemberContact {
  /** The same as `actor.id`. */
  readonly id: string
  readonly name: string
  readonly email: string
  /** False: nothing but the mail that verifies it should go there. */
  readonly emailVerified: boolean
}

/** Who works for the unit of work's tenant, now. */
export interface MemberDirectory {
  /** Those of the ids who are members; in no order. */
  find(uow: UnitOfWork, ids: readonly string[]): Promise<readonly MemberContact[]>
  withPermission(uow: UnitOfWork, permission: string): Promise<readonly MemberContact[]>
}

export const memberDirectory = definePort<MemberDirectory>('member-directory')
