import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, type Connection, type Connections, type Database, type Logger, reasonOf } from '@parley/core'
import type { ImapFlow } from 'imapflow'
import { accountOf, type MailAccount, type MailServer, ownAddresses } from '../account/account.ts'
import { openSession, type SessionParts } from './imap-session.ts'
import { MailboxHealth } from './mailbox-health.ts'
import { type MailboxStates, mailboxStateOf } from './mailbox-state.ts'
import { readFolder } from './read-folder.ts'
import { type StoreParts, storeMails } from './store-mails.ts'

export interface WorkerParts extends SessionParts, StoreParts {
  readonly states: MailboxStates
  readonly connections: Connections
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
}

type Readable = MailAccount & { readonly imap: MailServer }

/** Another process reads the mailbox, it is gone, or nobody wants it read. */
class GivenUp extends Error {}

/**
 * Reads one mailbox for as long as this process holds it:
 *
 *     log in → read what is new, folder by folder → wait (IDLE, at most pollMs) → read …
 *       ↑ after a growing pause, whenever the connection breaks or the login is refused
 *
 * A refused login shows in the connection's health and is tried again with whatever credential the connection has then. It
 * ends when the hold is lost: taken by another process, or not renewed because the tenant no longer has the channel.
 */
export class MailboxWorker {
  readonly #parts: WorkerParts
  readonly #tenantId: string
  readonly #id: string
  readonly #health: MailboxHealth

  constructor(parts: WorkerParts, { tenantId, id }: { tenantId: string; id: string }) {
    this.#parts = parts
    this.#tenantId = tenantId
    this.#id = id
    this.#health = new MailboxHealth(parts)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { settings, log } = this.#parts
    let pauseMs = settings.backoffMs
    while (!signal.aborted) {
      try {
        if (await this.#session(signal)) pauseMs = settings.backoffMs
      } catch (error) {
        if (error instanceof GivenUp) return
        if (!signal.aborted)
          log.warn({ connection: this.#id, reason: reasonOf(error) }, 'a mailbox is read again after a pause')
      }
      await delay(pauseMs, undefined, { signal, ref: false }).catch(ended)
      pauseMs = Math.min(pauseMs * 2, settings.maxBackoffMs)
      await this.#hold({}, signal)
    }
  }

  /** From login to the end of the connection; false when there was no login. */
  async #session(signal: AbortSignal): Promise<boolean> {
    const connection = await this.#parts.connections.get(this.#tenantId, this.#id)
    if (connection === undefined) throw new GivenUp('the connection is gone')
    const read = accountOf(connection)
    if (!read.ok || read.account.imap === undefined) throw new GivenUp(read.ok ? 'it only sends' : read.detail)
    const account: Readable = { ...read.account, imap: read.account.imap }
    const opened = await openSession(this.#parts, connection, account, signal)
    await this.#health.tell(connection, opened)
    if (!opened.ok) return false
    const { client } = opened
    const stop = () => client.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#follow(client, account, signal)
    } finally {
      signal.removeEventListener('abort', stop)
      client.close()
    }
    return true
  }

  async #follow(client: ImapFlow, account: Readable, signal: AbortSignal): Promise<void> {
    const sent = account.sentFolder === false ? undefined : (account.sentFolder ?? (await sentFolderOf(client)))
    const place = placeOf(account)
    while (client.usable && !signal.aborted) {
      // What stands in the settings may have changed since: where the mailbox is, and how far it has been read.
      const [connection] = (await this.#parts.connections.list(this.#tenantId, { provider: 'email' })).filter(
        ({ id }) => id === this.#id,
      )
      if (connection === undefined) throw new GivenUp('the connection is gone')
      const now = accountOf(connection)
      if (!now.ok || placeOf(now.account) !== place) return
      const own = ownAddresses(connection, account)
      await this.#read(client, connection, { folder: account.folder, own, sent: false }, account)
      if (sent !== undefined) await this.#read(client, connection, { folder: sent, own, sent: true }, account)
      await this.#hold({}, signal)
      await this.#wait(client, account.folder, connection, signal)
    }
  }

  async #read(
    client: ImapFlow,
    connection: Connection,
    { folder, own, sent }: { folder: string; own: readonly string[]; sent: boolean },
    { backfillDays }: MailAccount,
  ): Promise<void> {
    const { clock, settings } = this.#parts
    const source = { connection, ownAddresses: own, sent }
    const held = await readFolder({
      ...{ client, folder, backfillDays, batch: settings.batch, now: () => clock.now() },
      cursor: mailboxStateOf(connection).cursors[folder],
      store: async (mails, cursor) => {
        await storeMails(this.#parts, source, mails)
        return this.#parts.states.hold(this.#tenantId, this.#id, { [folder]: cursor })
      },
    })
    if (!held) throw new GivenUp('another process has the mailbox')
  }

  async #hold(cursors: Parameters<MailboxStates['hold']>[2], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    if (!(await this.#parts.states.hold(this.#tenantId, this.#id, cursors)))
      throw new GivenUp('another process has the mailbox')
  }

  /** Until the server announces a mail, or it is time to look anyway. */
  async #wait(client: ImapFlow, folder: string, connection: Connection, signal: AbortSignal): Promise<void> {
    const box = await client.mailboxOpen(folder, { readOnly: true })
    const cursor = mailboxStateOf(connection).cursors[folder]
    const known = (await this.#parts.connections.get(this.#tenantId, this.#id)) ?? connection
    const last = mailboxStateOf(known).cursors[folder] ?? cursor
    if (last !== undefined && box.uidNext > last.lastUid + 1) return
    const waking = new AbortController()
    const wake = () => waking.abort()
    client.once('exists', wake)
    client.once('close', wake)
    const until = AbortSignal.any([signal, waking.signal])
    const idle = client.idle().catch(() => false)
    await delay(this.#parts.settings.pollMs, undefined, { signal: until, ref: false }).catch(ended)
    client.off('exists', wake)
    client.off('close', wake)
    if (client.usable) await client.noop()
    await idle
  }
}

function placeOf({ imap, user, folder, sentFolder }: MailAccount): string {
  return JSON.stringify([imap, user, folder, sentFolder])
}

async function sentFolderOf(client: ImapFlow): Promise<string | undefined> {
  return (await client.list()).find(({ specialUse }) => specialUse === '\\Sent')?.path
}

/** The pause was cut short. */
function ended(error: Error): void {
  if (error.name !== 'AbortError') throw error
}
