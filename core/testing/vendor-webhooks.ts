import { setTimeout as sleep } from 'node:timers/promises'
import Joi from 'joi'
import pLimit, { type LimitFunction } from 'p-limit'

/** What happens to webhooks on their way; chances between 0 and 1, drawn from the seed. */
export interface WebhookFaults {
  /** Posted twice. */
  readonly duplicate?: number
  /** Held back until after the next one. */
  readonly reorder?: number
  /** Never posted. */
  readonly drop?: number
  /** Each waits up to this long. */
  readonly delayMs?: number
}

const chance = Joi.number().min(0).max(1)
export const webhookFaultsSchema: Joi.ObjectSchema<WebhookFaults> = Joi.object({
  duplicate: chance,
  reorder: chance,
  drop: chance,
  delayMs: Joi.number().min(0).max(60_000),
})

export interface OutgoingWebhook {
  readonly url: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** How one posting went; `status` 0 when nobody answered. */
export interface WebhookReceipt {
  readonly status: number
  readonly attempts: number
}

/** How a vendor repeats a webhook that was not taken. */
export interface WebhookRetry {
  /** Postings at most, the first one among them. */
  readonly attempts: number
  /** Only when no answer came at all: a refusal is an answer. */
  readonly onlyUnanswered?: boolean
}

const MAX_RECEIPTS = 10_000
const USUAL_RETRY: WebhookRetry = { attempts: 8 }
const FIRST_RETRY_MS = 50

/**
 * Posts a simulator's webhooks as vendors do: at least once, again after anything but 2xx (or as `retry` says), and under faults also twice, late,
 * out of order or never. Order is kept while one at a time is posted and no fault is on.
 */
export class WebhookPoster {
  readonly receipts: WebhookReceipt[] = []
  readonly #random: () => number
  readonly #limit: LimitFunction
  readonly #retry: WebhookRetry
  readonly #underWay = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #faults: WebhookFaults = {}
  #heldBack: OutgoingWebhook | undefined

  constructor(options: { random: () => number; concurrency: number; retry?: WebhookRetry }) {
    this.#random = options.random
    this.#retry = options.retry ?? USUAL_RETRY
    this.#limit = pLimit(options.concurrency)
  }

  setFaults(faults: WebhookFaults): void {
    this.#faults = faults
    this.#releaseHeldBack()
  }

  /** Queues it; {@link idle} waits until it is through. */
  post(webhook: OutgoingWebhook): void {
    const { duplicate = 0, reorder = 0, drop = 0 } = this.#faults
    if (this.#random() < drop) return
    if (this.#heldBack === undefined && this.#random() < reorder) {
      this.#heldBack = webhook
      return
    }
    this.#queue(webhook)
    if (this.#random() < duplicate) this.#queue(webhook)
    this.#releaseHeldBack()
  }

  /** Posts at once and once, past all faults; for the answer to be looked at. */
  async postNow(webhook: OutgoingWebhook): Promise<number> {
    const { url, body, headers } = webhook
    const answer = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-type': 'application/json', ...headers },
      redirect: 'manual',
      signal: this.#closing.signal,
    })
    await answer.arrayBuffer()
    return answer.status
  }

  /** Resolves when nothing is queued, under way or held back. */
  async idle(): Promise<void> {
    this.#releaseHeldBack()
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#limit.clearQueue()
  }

  #releaseHeldBack(): void {
    const held = this.#heldBack
    this.#heldBack = undefined
    if (held !== undefined) this.#queue(held)
  }

  #queue(webhook: OutgoingWebhook): void {
    const delayMs = this.#random() * (this.#faults.delayMs ?? 0)
    const work: Promise<void> = this.#limit(() => this.#deliver(webhook, delayMs)).finally(() =>
      this.#underWay.delete(work),
    )
    this.#underWay.add(work)
  }

  async #deliver(webhook: OutgoingWebhook, delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#pause(delayMs)
    for (let attempt = 1; attempt <= this.#retry.attempts && !this.#closing.signal.aborted; attempt += 1) {
      const status = await this.postNow(webhook).catch(() => 0)
      this.#note({ status, attempts: attempt })
      if (status >= 200 && status < 300) return
      if (status !== 0 && this.#retry.onlyUnanswered === true) return
      await this.#pause(FIRST_RETRY_MS * 2 ** (attempt - 1))
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
  }

  #note(receipt: WebhookReceipt): void {
    this.receipts.push(receipt)
    if (this.receipts.length > MAX_RECEIPTS) this.receipts.shift()
  }
}
