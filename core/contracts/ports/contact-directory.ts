import { definePort } from '../../plugin/port.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { Identity, Sender } from '../content/identity.ts'

export interface ContactSummary {
  readonly id: string
  readonly name: string
  readonly blocked: boolean
}

/** Knows people by their scoped identities. */
export interface ContactDirectory {
  /** For each sender, in order, its contact: found by any identity, else created. One round trip or two for the whole batch. */
  resolve(uow: UnitOfWork, senders: readonly Sender[]): Promise<readonly ContactSummary[]>
  /** The contacts of these ids; unknown ids are absent. */
  find(
    uow: UnitOfWork,
    ids: readonly string[],
  ): Promise<readonly (ContactSummary & { readonly identities: readonly Identity[] })[]>
  /** Ids of contacts whose name or an identity matches; at most `limit`. */
  search(uow: UnitOfWork, query: string, limit: number): Promise<readonly string[]>
}

export const contactDirectory = definePort<ContactDirectory>('contact-directory')
