import {
  type Channel,
  type Connection,
  type Connections,
  type Consents,
  type EventStream,
  type Logger,
  type MessageQueued,
  messageQueued,
  reasonOf,
  type Selector,
  type SendResult,
  type StreamDelivery,
  UnavailableError,
} from '@parley/core'
import type { Observable } from 'rxjs'
import { needsHuman } from '../domain/human-window.ts'
import { causeOf } from '../drafting/cause.ts'
import { MicroBatch } from '../operators/micro-batch.ts'
import { serialByKey } from '../operators/serial-by-key.ts'
import { type Claim, claimSends } from '../sending/claim.ts'
import { ConnectionHealth } from '../sending/connection-health.ts'
import { HeldBack } from '../sending/held-back.ts'
import { type Outcome, outcomeOf } from '../sending/outcome.ts'
import { OutcomeRecorder } from '../sending/outcome-recorder.ts'
import type { RecordParts } from '../sending/record-outcomes.ts'
import { DISCONNECTED, noLongerSendable } from '../sending/still-sendable.ts'
import type { InboxSettings } from '../settings/app.ts'

export interface SenderParts extends RecordParts {
  readonly connections: Connections
  readonly channels: Selector<Channel>
  readonly consents?: Consents | undefined
  readonly log: Logger
  readonly settings: InboxSettings
}

type Queued = StreamDelivery<MessageQueued>

/**
 * Sends what was queued: within a thread one after another, threads side by side. Attempts are claimed, and outcomes
 * recorded, for many sends in one transaction; the vendor is called in between, outside of any.
 */
export function sender(parts: SenderParts): EventStream {
  const { settings } = parts
  return {
    id: 'sender',
    on: [messageQueued],
    prefetch: settings.sendPrefetch,
    pipe(source) {
      const run = new SenderRun(parts)
      return (source as Observable<Queued>).pipe(
        serialByKey(
          ({ event }) => event.data.threadId,
          (delivery) => delivery.run(() => run.handle(delivery)),
          settings.sendConcurrency,
        ),
      )
    },
  }
}

interface Account {
  readonly connection: Connection
  readonly channel: Channel
}

class SenderRun {
  readonly #parts: SenderParts
  readonly #claims: MicroBatch<string, Claim | undefined>
  readonly #outcomes: OutcomeRecorder
  readonly #health: ConnectionHealth
  readonly #held: HeldBack

  constructor(parts: SenderParts) {
    const { clock, connections, database, settings } = parts
    this.#parts = parts
    this.#held = new HeldBack(clock)
    this.#health = new ConnectionHealth({ clock, connections, database, retryMs: settings.authRetryMs })
    this.#claims = new MicroBatch(settings.sendBatch, async (tenantId, ids) => {
      const claims = await claimSends(parts, tenantId, ids, clock.now())
      return ids.map((id) => claims.get(id))
    })
    this.#outcomes = new OutcomeRecorder(parts, { most: settings.sendBatch, waitMs: settings.retryBaseMs })
  }

  /** Never throws: what could not be done comes back. */
  async handle(delivery: Queued): Promise<void> {
    const wait = this.#held.waitOf(delivery)
    if (wait > 0) return this.#later(delivery, 'an earlier message of the thread waits', wait)
    try {
      await this.#send(delivery)
    } catch (error) {
      delivery.nack(error instanceof Error ? error : new Error(String(error)))
      this.#held.hold(delivery, this.#parts.settings.retryBaseMs)
    }
  }

  async #send(delivery: Queued): Promise<void> {
    const { tenantid, data } = delivery.event
    const connection = await this.#parts.connections.get(tenantid, data.connectionId)
    const channel = connection && this.#parts.channels.byKey(connection.provider)
    const { authRetryMs } = this.#parts.settings
    if (connection !== undefined && channel === undefined)
      return this.#later(delivery, 'the channel is not running', authRetryMs)
    const account = connection && channel && { connection, channel }
    if (account && !(await this.#health.maySend(account.connection, account.channel, delivery.signal)))
      return this.#later(delivery, 'the account refuses our credential', authRetryMs)
    const claim = await this.#claims.add(tenantid, data.messageId)
    if (claim === undefined || (claim.was !== 'intent' && claim.was !== 'attempting')) return delivery.ack()
    const outcome = await this.#attempt(delivery, account, claim)
    const { messageId, threadId, connectionId } = data
    const sent = {
      messageId,
      threadId,
      connectionId,
      outcome,
      attemptedAt: claim.attemptedAt,
      cause: causeOf(delivery),
    }
    await this.#outcomes.record(tenantid, sent, delivery.signal)
    if (outcome.kind === 'later') return this.#later(delivery, outcome.failure, outcome.delayMs)
    delivery.ack()
  }

  /** Without an account: it was disconnected while this waited. */
  async #attempt(delivery: Queued, account: Account | undefined, claim: Claim): Promise<Outcome> {
    if (claim.was === 'attempting')
      return { kind: 'unknown', by: 'crash', detail: 'The process that sent it ended before the answer came.' }
    if (account === undefined) return { kind: 'failed', error: DISCONNECTED }
    const { connection, channel } = account
    const { content, author } = delivery.event.data
    const about = { author, capabilities: channel.capabilities, now: this.#parts.clock.now() }
    const late = noLongerSendable(claim, content, about)
    if (late !== undefined) return { kind: 'failed', error: late }
    const result = await this.#call(delivery, account, claim)
    if (!result.ok && result.failure === 'auth') await this.#health.refused(connection, result.detail)
    return outcomeOf(result, claim.attempt, this.#parts.settings)
  }

  async #call(delivery: Queued, { connection, channel }: Account, claim: Claim): Promise<SendResult> {
    const { content, messageId, author } = delivery.event.data
    const now = this.#parts.clock.now()
    const humanAgent = author.kind === 'agent' && needsHuman(channel.capabilities, claim.windowExpiresAt, now)
    const deadline = AbortSignal.timeout(this.#parts.settings.sendTimeoutMs)
    try {
      return await channel.send({
        connection,
        to: claim.to,
        content,
        correlationId: messageId,
        ...(claim.replyTo === null ? {} : { replyTo: claim.replyTo }),
        ...(humanAgent ? { humanAgent } : {}),
        signal: AbortSignal.any([delivery.signal, deadline]),
      })
    } catch (error) {
      // It runs in another process, which the call cannot have reached.
      if (error instanceof UnavailableError)
        return { ok: false, failure: 'throttled', code: error.code, detail: error.message }
      this.#parts.log.error({ err: error, messageId, provider: connection.provider }, 'a channel threw while sending')
      return { ok: false, failure: 'unknown', code: 'channel-threw', detail: reasonOf(error) }
    }
  }

  #later(delivery: Queued, why: string, delayMs: number): void {
    this.#held.hold(delivery, delayMs)
    delivery.nack(new Error(why), { delayMs })
  }
}
