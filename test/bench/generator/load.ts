import { setTimeout as wait } from 'node:timers/promises'
import type { FakeGraph } from './graph.ts'
import { RawConnection } from './http-client.ts'
import { type Latency, summarize } from './latency.ts'
import { requestHead, type Target, webhookBody } from './webhook.ts'

export interface LoadOptions {
  readonly target: Target
  /** Other processes of the same installation: connections are shared out between all of them. */
  readonly others?: readonly Target[]
  readonly seconds: number
  readonly connections: number
  /** Customers; each has at most one unanswered message. */
  readonly customers: number
  /** `acknowledge` counts acknowledgements alone; `answer` waits for the answer before a customer writes again. */
  readonly mode: 'acknowledge' | 'answer'
  /** Messages a second for a fixed rate; absent means as fast as it is acknowledged. */
  readonly rate?: number
  /** Part of the phone numbers, so that runs do not meet each other's customers. */
  readonly run: number
  /** How long to wait for the last answers. */
  readonly drainSeconds: number
}

export interface LoadResult {
  readonly seconds: number
  readonly acknowledged: number
  readonly refused: number
  readonly answered: number
  readonly unanswered: number
  readonly doubled: number
  readonly perSecond: number
  readonly acknowledgement: Latency
  readonly answer: Latency
}

/** One run against one program. Bounded by `seconds` and `drainSeconds`; the only addresses it knows are the target's and its own. */
export class Load {
  readonly #options: LoadOptions
  readonly #graph: FakeGraph
  readonly #started = new Map<string, number>()
  readonly #free: string[]
  readonly #acks: number[] = []
  readonly #answers: number[] = []
  #refused = 0
  #doubled = 0
  #serial = 0
  #inTime = 0
  #deadline = 0

  constructor(options: LoadOptions, graph: FakeGraph) {
    this.#options = options
    this.#graph = graph
    this.#free = Array.from(
      { length: options.customers },
      (_, i) => `49${String(options.run).padStart(3, '0')}${String(1_000_000 + i)}`,
    )
  }

  async run(): Promise<LoadResult> {
    const { connections, seconds, target, others = [], mode, drainSeconds } = this.#options
    const addresses = [target, ...others].map(({ url }) => new URL(url))
    this.#graph.onAnswer((phone) => this.#answered(phone))
    const opened = await Promise.all(
      Array.from({ length: connections }, (_, i) => {
        const { hostname, port } = addresses[i % addresses.length] ?? new URL(target.url)
        return RawConnection.open(hostname, Number(port))
      }),
    )
    const begin = performance.now()
    this.#deadline = begin + seconds * 1000
    await Promise.all(opened.map((connection, index) => this.#write(connection, index)))
    const took = (performance.now() - begin) / 1000
    for (const connection of opened) connection.close()
    const drainUntil = performance.now() + drainSeconds * 1000
    while (mode === 'answer' && this.#started.size > 0 && performance.now() < drainUntil) await wait(10)
    this.#graph.onAnswer(() => {})
    return {
      seconds: took,
      acknowledged: this.#acks.length,
      refused: this.#refused,
      answered: this.#answers.length,
      unanswered: mode === 'answer' ? this.#started.size : 0,
      doubled: this.#doubled,
      perSecond: (mode === 'answer' ? this.#inTime : this.#acks.length) / took,
      acknowledgement: summarize(this.#acks),
      answer: summarize(this.#answers),
    }
  }

  async #write(connection: RawConnection, index: number): Promise<void> {
    const { rate, connections, target } = this.#options
    const every = rate === undefined ? 0 : (connections / rate) * 1000
    let due = performance.now() + (every * index) / connections
    while (performance.now() < this.#deadline) {
      if (every > 0) {
        const pause = due - performance.now()
        if (pause > 0) await wait(pause)
        due += every
      }
      const phone = this.#free.shift()
      if (phone === undefined) {
        await wait(1)
        continue
      }
      this.#serial += 1
      const body = webhookBody(
        target,
        phone,
        `wamid.${process.pid}.${this.#options.run}.${this.#serial}`,
        `hello bench ${this.#serial}`,
        Math.floor(Date.now() / 1000),
      )
      await this.#send(connection, phone, body)
    }
  }

  async #send(connection: RawConnection, phone: string, body: Buffer): Promise<void> {
    const sentAt = performance.now()
    if (this.#options.mode === 'answer') this.#started.set(phone, sentAt)
    const status = await connection.post(requestHead(this.#options.target, body), body)
    if (status === 200) this.#acks.push(performance.now() - sentAt)
    else this.#refused += 1
    if (this.#options.mode === 'acknowledge') this.#free.push(phone)
    else if (status !== 200) {
      this.#started.delete(phone)
      this.#free.push(phone)
    }
  }

  #answered(phone: string): void {
    const sentAt = this.#started.get(phone)
    if (sentAt === undefined) {
      this.#doubled += 1
      return
    }
    const now = performance.now()
    this.#started.delete(phone)
    this.#free.push(phone)
    this.#answers.push(now - sentAt)
    if (now <= this.#deadline) this.#inTime += 1
  }
}
