import { Readable } from 'node:stream'
import type { ChannelMedia, Identity, OutboundContent, SendRequest, SendResult } from '@parley/core'

export interface Sent {
  readonly to: Identity
  readonly content: OutboundContent
  readonly correlationId: string
  readonly replyTo: string | undefined
  readonly externalId: string
}

type Answer = SendResult | ((request: SendRequest) => Promise<SendResult> | SendResult)

/** An outside system in memory. It accepts what it is sent, unless it was told how to answer. */
export class Vendor {
  readonly sent: Sent[] = []
  readonly read: string[] = []
  readonly files = new Map<string, Awaited<ReturnType<ChannelMedia['fetch']>>>()
  credentialWorks = true
  /** Most sends that were under way at the same time, for one person and for all. */
  mostForOne = 0
  mostForAll = 0
  #accepted = 0
  readonly #answers: Answer[] = []
  readonly #underWay = new Map<string, number>()

  /** The next sends are answered so, one each. */
  answer(...answers: Answer[]): void {
    this.#answers.push(...answers)
  }

  async send(request: SendRequest): Promise<SendResult> {
    const person = request.to.value
    this.#count(person, 1)
    try {
      const answer = this.#answers.shift()
      if (typeof answer === 'function') return await answer(request)
      return answer ?? (await this.accept(request))
    } finally {
      this.#count(person, -1)
    }
  }

  async accept({ to, content, correlationId, replyTo }: SendRequest): Promise<SendResult> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#accepted += 1
    const externalId = `out-${this.#accepted}`
    this.sent.push({ to, content, correlationId, replyTo, externalId })
    return { ok: true, externalId }
  }

  /** What the next accepted message will be called. */
  get nextExternalId(): string {
    return `out-${this.#accepted + 1}`
  }

  texts(): string[] {
    return this.sent.map(({ content }) => ('text' in content ? (content.text ?? '') : content.kind))
  }

  file(ref: string, content: string, mimeType: string): void {
    this.files.set(ref, { ok: true, content: Readable.from([Buffer.from(content)]), mimeType })
  }

  #count(person: string, by: 1 | -1): void {
    this.#underWay.set(person, (this.#underWay.get(person) ?? 0) + by)
    const counts = [...this.#underWay.values()]
    this.mostForOne = Math.max(this.mostForOne, ...counts)
    this.mostForAll = Math.max(
      this.mostForAll,
      counts.reduce((sum, count) => sum + count, 0),
    )
  }
}

/** Where a kernel under test finds its vendor: the plugin is loaded by the kernel and cannot be handed one. */
export const vendors = new Map<string, Vendor>()
