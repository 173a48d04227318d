import type { Knex } from 'knex'
import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'

/** The part of a pg client that the bell uses. */
interface BellConnection {
  readonly processID: number | null
  on(event: 'notification', listener: (message: { processId: number; payload?: string }) => void): void
  on(event: 'error' | 'end', listener: () => void): void
  query(sql: string, values?: unknown[]): Promise<unknown>
}

/** knex's own way to make a connection that the pool does not know. */
interface ConnectionMaker {
  acquireRawConnection(): Promise<BellConnection>
  destroyRawConnection(connection: BellConnection): Promise<void>
}

export interface BellOptions {
  readonly knex: Knex
  readonly log: Logger
  /** At most one NOTIFY in this many milliseconds. */
  readonly notifyMs: number
  readonly reconnectMs: number
  /** What another process rang for: topics, or `*` when leases changed hands. */
  readonly onRing: (topics: readonly string[]) => void
}

const channel = 'parley_log'
/** Rung when a process gave its leases back. */
export const leasesFree = '*leases'

/**
 * Tells other processes of new events by NOTIFY, on a connection of its own: inside the appending transaction NOTIFY
 * would make all commits wait for each other. Only a hint; who misses it finds the events by polling.
 */
export class LogBell {
  readonly #options: BellOptions
  readonly #client: ConnectionMaker
  readonly #pending = new Set<string>()
  #connection: BellConnection | undefined
  #timer: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #stopped = false

  constructor(options: BellOptions) {
    this.#options = options
    this.#client = options.knex.client as ConnectionMaker
  }

  /** True while others' rings are heard. */
  get isListening(): boolean {
    return this.#connection !== undefined
  }

  async start(): Promise<void> {
    this.#stopped = false
    await this.#connect()
  }

  /** Rings within `notifyMs`. */
  ring(topics: readonly string[]): void {
    for (const topic of topics) this.#pending.add(topic)
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => this.#sendNext(), this.#options.notifyMs).unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#retry)
    await this.#sending
    await this.#send()
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) await this.#client.destroyRawConnection(connection)
  }

  async #connect(): Promise<void> {
    try {
      const connection = await this.#client.acquireRawConnection()
      if (this.#stopped) return await this.#client.destroyRawConnection(connection)
      connection.on('error', () => this.#lost(connection))
      connection.on('end', () => this.#lost(connection))
      connection.on('notification', ({ processId, payload }) => {
        if (processId !== connection.processID) this.#options.onRing((payload ?? '').split(' '))
      })
      await connection.query(`listen ${channel}`)
      this.#connection = connection
    } catch (error) {
      this.#options.log.warn({ reason: reasonOf(error) }, 'cannot listen for events of other processes; polling')
      this.#reconnect()
    }
  }

  #lost(connection: BellConnection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#reconnect()
  }

  #reconnect(): void {
    if (this.#stopped) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#connect(), this.#options.reconnectMs).unref()
  }

  /** One NOTIFY after the other: a slow one makes the next carry more. */
  #sendNext(): void {
    this.#timer = undefined
    this.#sending = (this.#sending ?? Promise.resolve()).then(() => this.#send())
  }

  async #send(): Promise<void> {
    const topics = [...this.#pending].join(' ')
    this.#pending.clear()
    if (topics === '' || this.#connection === undefined) return
    try {
      // NOTIFY takes no parameters, pg_notify does; a payload holds less than 8000 bytes.
      await this.#connection.query('select pg_notify($1, $2)', [channel, topics.slice(0, 7000)])
    } catch (error) {
      this.#options.log.debug({ reason: reasonOf(error) }, 'could not notify other processes')
    }
  }
}
