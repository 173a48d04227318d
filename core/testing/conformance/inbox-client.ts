import { setTimeout as sleep } from 'node:timers/promises'
import type { ConformanceBench } from './bench.ts'
import type { AccountName } from './driver.ts'

/** A message as the public API shows it. */
export interface ShownMessage {
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly kind: string
  readonly text: string
  readonly status: string
  readonly externalId?: string | null
  readonly [field: string]: unknown
}

const LOOK_EVERY_MS = 25
/** Kernel time that passes between two looks, so that retries that wait by the clock come due. */
const CLOCK_STEP_MS = 500

/** An agent of one tenant, who uses nothing but the public API. */
export class InboxClient {
  readonly #bench: ConformanceBench
  readonly #key: string

  constructor(bench: ConformanceBench, account: AccountName) {
    this.#bench = bench
    this.#key = bench.keys[account]
  }

  /** The conversation that holds a message with these words, once it is there. */
  async conversationWith(words: string): Promise<string> {
    return this.eventually(`a conversation with "${words}"`, async () => {
      const { items } = await this.#get<{ items: readonly { id: string }[] }>('/api/conversations')
      for (const { id } of items) if ((await this.messages(id)).some((message) => message.text === words)) return id
      return undefined
    })
  }

  /** Oldest first. */
  async messages(conversationId: string): Promise<readonly ShownMessage[]> {
    const { items } = await this.#get<{ items: readonly ShownMessage[] }>(
      `/api/conversations/${conversationId}/messages`,
    )
    return items.toSorted((left, right) => Number(left.seq) - Number(right.seq))
  }

  async answer(conversationId: string, text: string): Promise<void> {
    const path = `/api/conversations/${conversationId}/messages`
    const body = Buffer.from(JSON.stringify({ text }))
    const answer = await this.#bench.play({ method: 'POST', path, headers: this.#headers(), body })
    if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${answer.body}`)
  }

  /** The message with these words once `wanted` says yes. */
  messageThat(
    conversationId: string,
    words: string,
    wanted: (message: ShownMessage) => boolean,
  ): Promise<ShownMessage> {
    return this.eventually(`the message "${words}" as expected`, async () =>
      (await this.messages(conversationId)).find((message) => message.text === words && wanted(message)),
    )
  }

  /** Looks again and again, while the kernel's clock goes on; throws saying what was awaited. */
  async eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const { patienceMs } = this.#bench
    const until = performance.now() + patienceMs
    while (performance.now() < until) {
      const found = await look()
      if (found !== undefined) return found
      this.#bench.clock.advance(CLOCK_STEP_MS)
      await sleep(LOOK_EVERY_MS)
    }
    throw new Error(`waited ${patienceMs} ms in vain for ${what}`)
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await this.#bench.play({ method: 'GET', path, headers: this.#headers(), body: Buffer.alloc(0) })
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body)
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' }
  }
}
