import { type EventStream, type MessageReceived, messageReceived, type StreamDelivery } from '@parley/core'
import { filter, mergeMap, type Observable } from 'rxjs'
import { causeOf } from '../drafting/cause.ts'
import { bursts } from '../operators/bursts.ts'
import { MicroBatch } from '../operators/micro-batch.ts'
import { type AnswerParts, answerBursts, type Burst } from '../replying/answer-bursts.ts'
import type { InboxSettings } from '../settings/app.ts'

export interface AutoReplyParts extends AnswerParts {
  readonly settings: InboxSettings
}

type Received = StreamDelivery<MessageReceived>

/**
 * Automatic answers. A person's burst is waited out, so that three quick messages get one answer; bursts that are ready
 * at the same time are decided in one transaction a tenant. A burst that could not be decided comes back. A tenant that
 * waits for no burst has its answers decided as the messages are stored (`handlers/record-inbound`).
 */
export function autoReply(parts: AutoReplyParts): EventStream {
  const { settings, tenantSettings } = parts
  const quietOf = async ({ event }: Received) => {
    const { autoReplies } = await tenantSettings.of(event.tenantid)
    return autoReplies.enabled ? (autoReplies.burstMs ?? settings.burstMs) : 0
  }
  return {
    id: 'auto-reply',
    on: [messageReceived],
    prefetch: settings.autoReplyPrefetch,
    pipe(source) {
      const decided = new MicroBatch<readonly Received[], void>(settings.autoReplyBatch, async (tenantId, ready) => {
        await answerBursts(parts, tenantId, ready.map(said))
        return ready.map(() => undefined)
      })
      return (source as Observable<Received>).pipe(
        filter((delivery) => !passOver(delivery)),
        bursts({ keyOf: ({ event }) => event.data.threadId, quietOf, factor: settings.maxBurstFactor }),
        // By the last message, as its answer is.
        mergeMap((burst) => burst.at(-1)?.run(() => settle(decided, burst)) ?? []),
      )
    },
  }
}

function said(burst: readonly Received[]): Burst {
  const last = burst.at(-1)
  const messages = burst.map((delivery) => delivery.event.data)
  return { messages, cause: last === undefined ? undefined : causeOf(last) }
}

/** With nothing to wait for, the answer was decided while the message was stored. */
function passOver(delivery: Received): boolean {
  const { answered = false } = delivery.event.data
  if (answered) delivery.ack()
  return answered
}

async function settle(decided: MicroBatch<readonly Received[], void>, burst: readonly Received[]): Promise<void> {
  try {
    await decided.add(burst[0]?.event.tenantid ?? '', burst)
    for (const delivery of burst) delivery.ack()
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error))
    for (const delivery of burst) delivery.nack(failure)
  }
}
