import type { PersonalData } from '@parley/core'
import type { Parts } from '../context.ts'
import { PLATFORM } from '../platform.ts'
import { eraseAccount } from './erase-account.ts'
import { eraseMember } from './erase-member.ts'
import { exportAccount, exportMember } from './exports.ts'
import { traces } from './traces.ts'

/** Members of staff: the account under the nil UUID, and what names them in each tenant. */
export function personalData(parts: Pick<Parts, 'clock' | 'standings' | 'audit'>): PersonalData {
  return {
    async find({ person }, uow) {
      return 'userId' in person && uow.tenantId === PLATFORM ? traces(uow, person.userId) : {}
    },
    async *export({ person }, uow) {
      if (!('userId' in person)) return
      yield* uow.tenantId === PLATFORM ? exportAccount(uow, person.userId) : exportMember(uow, person.userId)
    },
    async erase(known, uow) {
      const { person } = known
      if (!('userId' in person)) return { erased: {} }
      return uow.tenantId === PLATFORM
        ? eraseAccount(uow, parts, person.userId)
        : eraseMember(uow, person.userId, known.traces)
    },
  }
}
