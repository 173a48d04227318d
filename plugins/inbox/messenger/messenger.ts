import {
  type Messenger,
  type MessengerSend,
  type Result,
  refuse,
  type SendRefusal,
  type UnitOfWork,
} from '@parley/core'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { knownKeys, sendKey } from './dedupe.ts'
import { draftSend } from './draft-send.ts'
import { Surroundings } from './facts.ts'
import type { MessengerParts } from './parts.ts'
import { lockPlaces, type Place } from './targets.ts'
import { refusedTemplates, tellUses } from './template-sends.ts'
import { withUnsubscribe } from './unsubscribe.ts'

/** The `messenger` port. A batch costs the same few round trips whatever its size. */
export function createMessenger(parts: MessengerParts): Messenger {
  return { send: (uow, sends) => sendAll(parts, uow, sends) }
}

type Answer = Result<{ messageId: string }, SendRefusal>

async function sendAll(
  parts: MessengerParts,
  uow: UnitOfWork,
  sends: readonly MessengerSend[],
): Promise<readonly Answer[]> {
  const draft = new InboxDraft(parts.clock.now())
  const places = await lockPlaces(
    uow,
    draft,
    sends.map((send) => send.conversationId),
  )
  const around = await Surroundings.of(
    parts,
    uow,
    [...places.values()].map((place) => place.thread),
  )
  const targets = sends.map((send) => {
    const place = places.get(send.conversationId)
    if (place === undefined) return undefined
    const { connectionId } = place.thread
    return { ...place, facts: around.facts(place.thread), content: send.content, connectionId }
  })
  const refusals = await refusedTemplates(
    parts.templates,
    uow,
    targets.filter((target) => target !== undefined),
  )
  const keys = sends.map((send, index) => sendKey(targets[index]?.conversation.id, send.dedupeKey))
  const taken = await knownKeys(uow, keys)
  const worded = await Promise.all(sends.map((send, index) => word(parts, uow, send, targets[index])))
  const answers = worded.map((send, index): Answer => {
    const target = targets[index]
    const key = keys[index]
    if (target === undefined)
      return refuse('conversation-not-found', `There is no conversation ${send.conversationId}.`)
    if (key !== undefined && taken.has(key.text)) return refuse('duplicate', 'This was sent before.')
    const answer = refusals.get(target) ?? draftSend(draft, target, send)
    if (answer.ok && key !== undefined) taken.add(key.text)
    return answer
  })
  const accepted = targets.flatMap((target, index) => (target !== undefined && answers[index]?.ok ? [target] : []))
  tellUses(parts.templates, uow, accepted)
  await writeDraft(uow, draft)
  return answers
}

async function word(
  { consents }: MessengerParts,
  uow: UnitOfWork,
  send: MessengerSend,
  place: Place | undefined,
): Promise<MessengerSend> {
  if (place === undefined) return send
  const content = await withUnsubscribe(consents, uow, send, place.thread)
  return content === send.content ? send : { ...send, content }
}
