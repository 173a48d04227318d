import type { Connection, Connections, Database } from '@parley/core'
import type { SessionRefusal } from './imap-session.ts'

/** Begins every detail that receiving wrote, so that it takes back only its own. */
const OURS = 'Receiving: '

/** What receiving knows of the credential, told in the connection's health: a real refusal, and its end; never an outage. */
export class MailboxHealth {
  readonly #parts: { readonly connections: Connections; readonly database: Database }

  constructor(parts: { connections: Connections; database: Database }) {
    this.#parts = parts
  }

  async tell(connection: Connection, opened: { readonly ok: true } | SessionRefusal): Promise<void> {
    const { health, healthDetail = '' } = connection
    if (opened.ok) {
      if (health !== 'ok' && healthDetail.startsWith(OURS))
        await this.#set(connection, { health: 'ok', healthDetail: '' })
    } else if (opened.failure !== 'retryable' && health === 'ok')
      await this.#set(connection, {
        health: opened.failure === 'auth' ? 'auth-failed' : 'degraded',
        healthDetail: `${OURS}${opened.detail}`,
      })
  }

  async #set({ tenantId, id }: Connection, patch: Parameters<Connections['update']>[2]): Promise<void> {
    const { connections, database } = this.#parts
    await database.transaction(tenantId, (uow) => connections.update(uow, id, patch))
  }
}
