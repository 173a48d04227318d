import type { Channel, Clock, Connection, Connections, Database } from '@parley/core'

/**
 * An account whose credential was refused stops sending until it is mended. Somebody may mend it at the vendor without
 * telling us, so while sends wait the credential is tested now and then.
 */
export class ConnectionHealth {
  readonly #parts: { clock: Clock; connections: Connections; database: Database; retryMs: number }
  readonly #testedAt = new Map<string, number>()

  constructor(parts: { clock: Clock; connections: Connections; database: Database; retryMs: number }) {
    this.#parts = parts
  }

  /** True when sends may go out. Tests a refused credential at most once in `retryMs`. */
  async maySend(connection: Connection, channel: Channel, signal: AbortSignal): Promise<boolean> {
    if (connection.health !== 'auth-failed') return true
    const { clock, retryMs } = this.#parts
    const now = clock.millis()
    if (now - (this.#testedAt.get(connection.id) ?? Number.NEGATIVE_INFINITY) < retryMs) return false
    this.#testedAt.set(connection.id, now)
    const result = await channel.test(connection, signal)
    if (result.ok) await this.#set(connection, 'ok', '')
    return result.ok
  }

  /** Sending stops; receiving goes on. */
  async refused(connection: Connection, detail: string): Promise<void> {
    this.#testedAt.set(connection.id, this.#parts.clock.millis())
    if (connection.health !== 'auth-failed') await this.#set(connection, 'auth-failed', detail)
  }

  async #set(connection: Connection, health: Connection['health'], healthDetail: string): Promise<void> {
    const { connections, database } = this.#parts
    await database.transaction(connection.tenantId, async (uow) => {
      await connections.update(uow, connection.id, { health, healthDetail })
    })
  }
}
