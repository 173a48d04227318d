import type { Identity } from '@parley/core'
import type { Consent, Opener } from '../domain/sendability.ts'
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
  consent: 'consent',
  autoCount: 'auto_count',
  autoSince: 'auto_since',
  awayAt: 'away_at',
}
