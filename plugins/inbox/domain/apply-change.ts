import { type MessageStatus, textOf } from '@parley/core'
import type { MessageRecord, Reaction } from '../models/message.ts'
import type { MessageChange } from './message-change.ts'
import { advance } from './status.ts'

/** What a change does to a message; `undefined` when it does nothing (old news, a repetition). */
export interface Applied {
  readonly change: 'status' | 'edited' | 'revoked' | 'reaction'
  readonly fields: Partial<MessageRecord>
  /** The outcome of a send that this news settle. */
  readonly settles?: 'done' | 'failed'
  readonly reason?: string
}

export function applyChange(message: MessageRecord, change: MessageChange): Applied | undefined {
  switch (change.kind) {
    case 'status':
      return applyStatus(message, change)
    case 'reaction':
      return applyReaction(message, change)
    case 'edited':
      return applyEdit(message, change)
    case 'revoked':
      return applyRevoke(message, change)
  }
}

type Change<K extends MessageChange['kind']> = Extract<MessageChange, { kind: K }>

/** Before these, nobody knows whether the vendor has the message. */
const UNSETTLED: readonly MessageStatus[] = ['queued', 'sending', 'unknown', 'cancelled']

function applyStatus(message: MessageRecord, change: Change<'status'>): Applied | undefined {
  const status = advance(message.status, change.status)
  const { externalId } = change
  const learnsId = externalId !== undefined && message.externalId === null && message.direction === 'out'
  const learnsPrice = change.pricing !== undefined && message.extra?.pricing === undefined
  if (status === message.status && !learnsId && !learnsPrice) return undefined
  const failed = status === 'failed' && message.status !== 'failed'
  const error = change.errors?.[0]
  const settled = UNSETTLED.includes(message.status) && status !== message.status ? 'done' : undefined
  const settles = failed ? 'failed' : settled
  return {
    change: 'status',
    fields: {
      status,
      ...(learnsId ? { externalId } : {}),
      ...(learnsPrice ? { extra: { ...message.extra, pricing: change.pricing } } : {}),
      ...(failed
        ? { error: { reason: 'vendor', detail: error?.detail || error?.title || 'Not delivered.', ...codeOf(error) } }
        : settled === 'done' && message.error !== null
          ? { error: null }
          : {}),
    },
    ...(settles === undefined ? {} : { settles }),
    ...(failed && error !== undefined ? { reason: error.code } : {}),
  }
}

function codeOf(error: { readonly code: string } | undefined): { code?: string } {
  return error === undefined ? {} : { code: error.code }
}

/** One reaction of each side; older news than what is shown change nothing. */
function applyReaction(message: MessageRecord, change: Change<'reaction'>): Applied | undefined {
  const reactions = message.reactions ?? []
  const current = reactions.find((reaction) => reaction.by === change.by)
  if (current !== undefined && current.at > change.at) return undefined
  if ((current?.emoji ?? null) === change.emoji) return undefined
  const others = reactions.filter((reaction) => reaction.by !== change.by)
  const mine: Reaction[] = change.emoji === null ? [] : [{ by: change.by, emoji: change.emoji, at: change.at }]
  return { change: 'reaction', fields: { reactions: [...others, ...mine] } }
}

function applyEdit(message: MessageRecord, change: Change<'edited'>): Applied | undefined {
  if (message.extra?.revoked !== undefined || message.extra?.deleted !== undefined) return undefined
  if (message.history?.some((past) => past.at === change.at)) return undefined
  const past = { at: change.at, change: 'edited', content: message.content } as const
  return {
    change: 'edited',
    fields: {
      content: change.content,
      text: textOf(change.content),
      history: [...(message.history ?? []), past],
      extra: { ...message.extra, edited: change.at },
    },
  }
}

function applyRevoke(message: MessageRecord, change: Change<'revoked'>): Applied | undefined {
  if (message.extra?.revoked !== undefined) return undefined
  const past = { at: change.at, change: 'revoked', content: message.content } as const
  return {
    change: 'revoked',
    fields: {
      content: { kind: 'system', event: 'revoked' },
      text: '',
      history: [...(message.history ?? []), past],
      extra: { ...message.extra, revoked: change.at },
    },
  }
}
