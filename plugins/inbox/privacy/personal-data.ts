import type { ContactDirectory, ObjectStore, PersonalData } from '@parley/core'
import { eraseAgent } from './erase-agent.ts'
import { eraseThreads } from './erase-threads.ts'
import { exportAgent, exportThreads } from './export-threads.ts'
import { tracesOf } from './traces-of.ts'

export interface PrivacyParts {
  readonly contacts: ContactDirectory
  readonly store: ObjectStore | undefined
}

/** A customer's conversations, whole; of an agent only that it was them. */
export function personalData(parts: PrivacyParts): PersonalData {
  return {
    async find({ person, traces }, uow) {
      return 'contactId' in person ? tracesOf(parts.contacts, uow, traces.ids) : {}
    },
    export: ({ person, traces }, uow) =>
      'contactId' in person ? exportThreads(uow, traces.ids) : exportAgent(uow, person.userId),
    erase: ({ person, traces }, uow) =>
      'contactId' in person ? eraseThreads(parts.store, uow, traces) : eraseAgent(uow, person.userId),
  }
}
