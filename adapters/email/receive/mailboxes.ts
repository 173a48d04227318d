import { type Connection, type Job, type Logger, reasonOf } from '@parley/core'
import { accountOf } from '../account/account.ts'
import { CHANNEL } from '../channel-key.ts'
import { MailboxWorker, type WorkerParts } from './mailbox-worker.ts'

/** The mailboxes that this process reads, one worker each. */
export class Mailboxes {
  readonly #parts: WorkerParts
  readonly #working = new Map<string, Promise<void>>()
  readonly #ending = new AbortController()

  constructor(parts: WorkerParts) {
    this.#parts = parts
  }

  /** Has the mailbox read: by this process if it is free, else by whoever reads it already. */
  async want({
    tenantId,
    id,
    ...connection
  }: Pick<Connection, 'tenantId' | 'id' | 'externalId' | 'name' | 'settings'>): Promise<void> {
    const { states, settings } = this.#parts
    const read = accountOf(connection)
    if (this.#ending.signal.aborted || !read.ok || read.account.imap === undefined) return
    const mine = await states.claim(tenantId, id)
    if (!mine || this.#working.has(id) || this.#working.size >= settings.maxMailboxes) return
    this.#working.set(id, this.#work(tenantId, id))
  }

  /** Ends all workers and gives their mailboxes to the others. */
  async stop(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#working.values())
  }

  async #work(tenantId: string, id: string): Promise<void> {
    const { states, log } = this.#parts
    try {
      await new MailboxWorker(this.#parts, { tenantId, id }).run(this.#ending.signal)
      await states.release(tenantId, id)
    } catch (error) {
      noteEnd(log, id, error)
    } finally {
      this.#working.delete(id)
    }
  }
}

/** Nothing is lost with it: the next minute's job has the mailbox read again, here or elsewhere. */
function noteEnd(log: Logger, connection: string, error: unknown): void {
  log.warn({ connection, reason: reasonOf(error) }, 'a mailbox worker ended')
}

/** Every minute, in one process for each tenant that has the channel: its mailboxes are to be read. */
export function mailboxJob(mailboxes: Mailboxes, parts: Pick<WorkerParts, 'connections'>): Job<unknown> {
  return {
    id: 'mailboxes',
    cron: '* * * * *',
    async run(_input, uow) {
      for (const connection of await parts.connections.list(uow.tenantId, { provider: CHANNEL }))
        await mailboxes.want(connection)
    },
  }
}
