import type { Identity } from '@parley/core'
import type { Consent } from '../domain/consent.ts'
import type { Opener } from '../domain/sendability.ts'
import type { Columns } from '../storage/columns.ts'

/** One person on one connection. The row is the lock of everything in the thread. */
export interface ThreadRecord {
  readonly id: string
  readonly connectionId: string
  readonly channel: string
  readonly identityKey: string
  /** Where an answer goes. */
  readonly address: Identity
  contactId: string
  nextSeq: number
  /** Counts every change in the thread. */
  revision: number
  /** The newest conversation; null before the first message. */
  conversationId: string | null
  windowOpener: Opener | null
  windowExpiresAt: Date | null
  /** The customer's last act on the channel. */
  customerAt: Date | null
  /** What was sent up to here was delivered, or read, by the vendor's clock; for vendors that tell of no single message. */
  deliveredUpTo: Date | null
  readUpTo: Date | null
  consent: Consent
  autoCount: number
  autoSince: Date | null
  awayAt: Date | null
}

export const THREAD: Columns<ThreadRecord> = {
  id: 'id',
  connectionId: 'connection_id',
  channel: 'channel',
  identityKey: 'identity_key',
  address: 'address',
  contactId: 'contact_id',
  nextSeq: 'next_seq',
  revision: 'revision',
  conversationId: 'conversation_id',
  windowOpener: 'window_opener',
  windowExpiresAt: 'window_expires_at',
  customerAt: 'customer_at',
  deliveredUpTo: 'delivered_up_to',
  readUpTo: 'read_up_to',
  consent: 'consent',
  autoCount: 'auto_count',
  autoSince: 'auto_since',
  awayAt: 'away_at',
}
