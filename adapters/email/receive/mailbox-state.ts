import type { Clock, Connection, Connections, Database, UnitOfWork } from '@parley/core'
import Joi from 'joi'

/** How far a folder has been read. UIDs mean something only under their UIDVALIDITY (RFC 3501 §2.3.1.1). */
export interface FolderCursor {
  /** A number of 32 bits, as text. */
  readonly uidValidity: string
  readonly lastUid: number
  /** When it was last read, ISO 8601 UTC: where to look again once the server has numbered anew. */
  readonly at: string
}

/**
 * Kept in the connection's settings as `mailbox`, since an adapter has no tables: which process reads the mailbox, until when
 * it may, until when somebody wants it read, and how far its folders have been read.
 */
export interface MailboxState {
  readonly owner?: string
  readonly leasedUntil?: string
  readonly wantedUntil?: string
  readonly cursors: Readonly<Record<string, FolderCursor>>
}

const schema = Joi.object({
  owner: Joi.string(),
  leasedUntil: Joi.string().isoDate(),
  wantedUntil: Joi.string().isoDate(),
  cursors: Joi.object()
    .pattern(
      Joi.string(),
      Joi.object({
        uidValidity: Joi.string().required(),
        lastUid: Joi.number().integer().min(0).required(),
        at: Joi.string().isoDate().required(),
      }),
    )
    .default({}),
}).unknown(true)

export function mailboxStateOf({ settings }: Pick<Connection, 'settings'>): MailboxState {
  const { value, error } = schema.validate(settings.mailbox ?? {})
  return error === undefined ? value : { cursors: {} }
}

/**
 * One process reads a mailbox. The row of the connection is locked while its state changes, so of two that ask at once one gets
 * it; a process that fell silent loses it after `leaseMs`. Reading twice would do no harm, since mails are stored once by
 * their own ids; it would only be work.
 */
export class MailboxStates {
  readonly #parts: {
    readonly connections: Connections
    readonly database: Database
    readonly clock: Clock
    readonly owner: string
    readonly leaseMs: number
  }

  constructor(parts: { connections: Connections; database: Database; clock: Clock; owner: string; leaseMs: number }) {
    this.#parts = parts
  }

  /** Says that the mailbox is to be read, and takes it for this process if nobody has it. */
  claim(tenantId: string, id: string): Promise<boolean> {
    return this.#change(tenantId, id, (state, now) => {
      const wantedUntil = this.#later(now)
      const free =
        state.owner === undefined || state.owner === this.#parts.owner || Date.parse(state.leasedUntil ?? '') <= now
      if (!free) return { ok: false, state: { ...state, wantedUntil } }
      return { ok: true, state: { ...state, wantedUntil, owner: this.#parts.owner, leasedUntil: wantedUntil } }
    })
  }

  /** Stays the owner, and keeps how far the folders were read. False: it is another's now, or nobody wants it read any more. */
  hold(tenantId: string, id: string, cursors: Readonly<Record<string, FolderCursor>> = {}): Promise<boolean> {
    return this.#change(tenantId, id, (state, now) => {
      if (state.owner !== this.#parts.owner) return { ok: false, state: undefined }
      const wanted = Date.parse(state.wantedUntil ?? '') > now
      const next = { ...state, cursors: { ...state.cursors, ...cursors }, leasedUntil: this.#later(now) }
      return { ok: wanted, state: next }
    })
  }

  /** Gives it up at once. */
  async release(tenantId: string, id: string): Promise<void> {
    await this.#change(tenantId, id, ({ owner, leasedUntil, ...state }) => {
      const own = owner === this.#parts.owner
      return { ok: own, state: own ? state : undefined }
    })
  }

  async #change(
    tenantId: string,
    id: string,
    decide: (state: MailboxState, now: number) => { ok: boolean; state: MailboxState | undefined },
  ): Promise<boolean> {
    const { connections, database, clock } = this.#parts
    return database.transaction(tenantId, async (uow: UnitOfWork) => {
      // An update without changes locks the row and reads it as it is, past any cache.
      const locked = await connections.update(uow, id, {})
      const { ok, state } = decide(mailboxStateOf(locked), clock.millis())
      if (state !== undefined) await connections.update(uow, id, { settings: { mailbox: state } })
      return ok
    })
  }

  #later(now: number): string {
    return new Date(now + this.#parts.leaseMs).toISOString()
  }
}
