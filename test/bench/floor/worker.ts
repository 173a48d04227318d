import type { Pool } from 'pg'
import type { Pool as HttpPool } from 'undici'
import { MARK_SENT, WORK } from './schema.ts'

interface Answer {
  readonly id: string
  readonly body: string
  readonly phone: string
}

/** Takes up to 100 events, does all their rows in one statement, sends the answers side by side, marks them in one more. */
export class Worker {
  readonly #pool: Pool
  readonly #graph: HttpPool
  readonly #path: string
  #busy = false
  #again = false
  #low = 0

  constructor(pool: Pool, graph: HttpPool, path: string) {
    this.#pool = pool
    this.#graph = graph
    this.#path = path
  }

  wake(): void {
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = true
    void this.#drain()
  }

  async #drain(): Promise<void> {
    do {
      this.#again = false
      while (await this.#batch()) this.#again = true
    } while (this.#again)
    this.#busy = false
  }

  async #batch(): Promise<boolean> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: 'read',
      text: 'SELECT id FROM event_log WHERE id > $1 ORDER BY id LIMIT 100',
      values: [this.#low],
    })
    const last = rows.at(-1)
    if (last === undefined) return false
    const { rows: answers } = await this.#pool.query<Answer>({
      name: 'work',
      text: WORK,
      values: [rows.map(({ id }) => id), last.id],
    })
    this.#low = Number(last.id)
    const sent = await Promise.all(answers.map((answer) => this.#send(answer)))
    await this.#pool.query({ name: 'mark', text: MARK_SENT, values: [answers.map(({ id }) => id), sent] })
    return true
  }

  async #send({ phone, body }: Answer): Promise<string> {
    const response = await this.#graph.request({
      method: 'POST',
      path: this.#path,
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: phone,
        type: 'text',
        text: { body },
      }),
    })
    const { messages } = (await response.body.json()) as { messages: [{ id: string }] }
    return messages[0].id
  }
}
