import type { Pool } from 'pg'

export interface Inbound {
  readonly id: string
  readonly phone: string
  readonly name: string
  readonly body: string
  readonly at: number
  /** The call as it came. */
  readonly raw: Buffer
}

/** Group commit: what arrives while one insert is under way goes with the next. Resolves after COMMIT. */
export class Ingest {
  readonly #pool: Pool
  readonly #stored: () => void
  #waiting: { message: Inbound; resolve: () => void; reject: (error: unknown) => void }[] = []
  #busy = false

  constructor(pool: Pool, stored: () => void) {
    this.#pool = pool
    this.#stored = stored
  }

  store(message: Inbound): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject })
      if (!this.#busy) void this.#flush()
    })
  }

  async #flush(): Promise<void> {
    this.#busy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 200)
      const column = <K extends keyof Inbound>(key: K) => batch.map(({ message }) => message[key])
      const raw = batch.map(({ message }) => message.raw.toString('base64'))
      try {
        await this.#pool.query({
          name: 'ingest',
          text: `INSERT INTO event_log (message_id, phone, name, body, at, raw)
                 SELECT i, p, n, b, t, decode(r, 'base64')
                 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]) AS v(i, p, n, b, t, r)
                 ON CONFLICT (message_id) DO NOTHING`,
          values: [column('id'), column('phone'), column('name'), column('body'), column('at'), raw],
        })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#busy = false
    this.#stored()
  }
}
