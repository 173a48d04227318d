import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { StatementNames } from './statement-names.ts'

/** Added to pg's own configuration. Milliseconds; 0 waits for ever. */
export interface DeadlineConfig extends pg.ClientConfig {
  readonly silenceTimeoutMillis: number
  readonly closeTimeoutMillis: number
  /** Most statements that are kept prepared. */
  readonly preparedStatements: number
}

type Callback = (error: Error | null, answer?: unknown) => void

/** A pg client by what this file builds on; `connection` is not in its types. */
interface RawClient extends EventEmitter {
  readonly connection: { readonly stream: Duplex }
  query(config: unknown, values?: unknown, callback?: Callback): unknown
  end(callback?: () => void): unknown
}

const RawClient = pg.Client as unknown as new (config: DeadlineConfig) => RawClient

/**
 * A connection that does not wait for ever. When queries are out and nothing is answered for a while, the socket is cut
 * and all of them fail; so a connection never serves again with somebody else's answer on its way. pg's own
 * `query_timeout` would fail the query and keep the connection.
 *
 * Each answer starts the time anew: of many queries sent at once the last is not late because it waited for the others.
 */
export class DeadlineClient extends RawClient {
  readonly statements: StatementNames
  readonly #closeMs: number
  #silenceMs: number
  #outstanding = 0
  #discarded = false
  #answers = 0
  #timer: NodeJS.Timeout | undefined

  constructor(config: DeadlineConfig) {
    super(config)
    this.#silenceMs = config.silenceTimeoutMillis
    this.#closeMs = config.closeTimeoutMillis
    this.statements = new StatementNames(config.preparedStatements)
  }

  /** Queries that were sent, or wait to be, and have no answer. */
  get outstanding(): number {
    return this.#outstanding
  }

  get isDiscarded(): boolean {
    return this.#discarded
  }

  /** From the next query on. */
  set silenceMs(ms: number) {
    this.#silenceMs = ms
  }

  /** In all forms that pg has: a callback as the second or third argument, or a promise. */
  override query(config: unknown, values?: unknown, callback?: Callback): unknown {
    this.#asked()
    if (typeof values === 'function') return super.query(config, this.#watched(values as Callback))
    if (callback !== undefined) return super.query(config, values, this.#watched(callback))
    const answer = super.query(config, values)
    const answered = () => this.#answered()
    if (answer instanceof Promise) answer.then(answered, answered)
    return answer
  }

  /** A server that is frozen never closes its side: the socket is cut after a while. */
  override end(callback?: () => void): unknown {
    const late = setTimeout(() => this.connection.stream.destroy(), this.#closeMs).unref()
    this.once('end', () => clearTimeout(late))
    return super.end(callback)
  }

  /** Cuts the socket; whatever is outstanding fails with the error. */
  discard(error: Error): void {
    this.#discarded = true
    this.connection.stream.destroy(error)
  }

  #watched(callback: Callback): Callback {
    return (error, answer) => {
      this.#answered()
      callback(error, answer)
    }
  }

  #asked(): void {
    this.#outstanding += 1
    if (this.#silenceMs > 0 && this.#outstanding === 1) {
      this.#timer = setTimeout(() => this.#overdue(), this.#silenceMs)
    }
  }

  #answered(): void {
    this.#outstanding -= 1
    this.#answers += 1
    if (this.#outstanding > 0) this.#timer?.refresh()
    else clearTimeout(this.#timer)
  }

  /** After a stop of this very process the timer comes before the answers that are in the socket: those are read first. */
  #overdue(): void {
    const seen = this.#answers
    const ms = this.#silenceMs
    setImmediate(() => {
      if (this.#outstanding > 0 && this.#answers === seen) this.discard(new Error(`${silence} ${ms} ms`))
    })
  }
}

/** How the message of a cut connection begins; see `unavailable.ts`. */
export const silence = 'No answer from the database within'
