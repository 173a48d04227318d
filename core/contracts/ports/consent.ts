import { definePort } from '../../plugin/port.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { Identity } from '../content/identity.ts'

export const CONSENT_WISHES = ['opt-in', 'opt-out'] as const
export type ConsentWish = (typeof CONSENT_WISHES)[number]

/** How a wish reached us: on the channel itself, told to an agent, by the API, by an unsubscribe link, by an import. */
export const CONSENT_MEANS = ['channel', 'agent', 'api', 'link', 'import'] as const
export type ConsentMeans = (typeof CONSENT_MEANS)[number]

/** Whoever would be written to, and where. */
export interface ConsentSubject {
  readonly contactId: string
  /** The channel's key. */
  readonly channel: string
  readonly address: Identity
}

/** What counts for one purpose now. */
export interface DecidedWish {
  readonly wish: ConsentWish
  readonly means: ConsentMeans
  /** When the person said so. */
  readonly at: Date
}

export interface ConsentStanding {
  /** By purpose: `all`, `marketing`, one of the tenant's own. A purpose nobody said anything about is absent. */
  readonly wishes: Readonly<Record<string, DecidedWish>>
  /** Purposes that the tenant writes for only to people who agreed. */
  readonly agreedOnly: readonly string[]
}

/** Knows who wants to be written to. The one gate of sends asks it, and nobody passes beside it. */
export interface Consents {
  /** One answer per subject, in order. One round trip for the whole batch. */
  standings(uow: UnitOfWork, subjects: readonly ConsentSubject[]): Promise<readonly ConsentStanding[]>
  /**
   * The link that ends messages of a purpose to this person on this channel, without a login: for a mail's footer and its
   * List-Unsubscribe header (a POST to it acts at once, RFC 8058). `undefined` while the installation has no public address.
   */
  unsubscribeUrl(uow: UnitOfWork, about: ConsentSubject & { readonly purpose: string }): Promise<string | undefined>
}

export const consents = definePort<Consents>('consents')
