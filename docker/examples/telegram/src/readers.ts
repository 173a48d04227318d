import {
  channelMessageEdited,
  channelMessageReceived,
  channelPreferenceChanged,
  type InboundContent,
  type NewEvent,
  type Sender,
} from '@parley/core'
import { contentOf } from './content.ts'
import { asRecord, asText, type Json } from './json.ts'
import { lane, messageId, sender } from './person.ts'

export type From = Readonly<Record<'connectionId' | 'channel' | 'occurredAt', string>>

export interface Heard {
  readonly dedupeKey: string
  eventFor(from: From): NewEvent
}

type Reader = (element: Json, update: number) => Heard | undefined

/** By the kind of an update. `undefined`: it is not from a person in a private chat, or lacks what it cannot be read without. */
export const READERS: Readonly<Record<string, Reader>> = {
  message: (message) => {
    const [chat, who, externalId] = [privateChat(message), whoIn(message.from), messageId(message)]
    if (chat === undefined || who === undefined || externalId === undefined) return undefined
    const answered = asRecord(message.reply_to_message)
    const replyTo = answered === undefined ? undefined : messageId({ chat: message.chat, ...answered })
    return received(chat, {
      externalId,
      sender: who,
      content: contentOf(message),
      ...(replyTo === undefined ? {} : { replyTo }),
    })
  },

  edited_message: (message, update) => {
    const [chat, who, externalId] = [privateChat(message), whoIn(message.from), messageId(message)]
    if (chat === undefined || who === undefined || externalId === undefined) return undefined
    return {
      dedupeKey: `edit:${externalId}:${update}`,
      eventFor: (from) => ({
        type: channelMessageEdited,
        key: lane(from.connectionId, chat),
        data: { ...from, externalId, sender: who, content: contentOf(message) },
      }),
    }
  },

  /** A tap on a button. Its text is what the button said. */
  callback_query: (query) => {
    const message = asRecord(query.message) ?? {}
    const [chat, who, id] = [privateChat(message), whoIn(query.from), asText(query.id)]
    if (chat === undefined || who === undefined || id === undefined) return undefined
    const payload = asText(query.data)
    const replyTo = messageId(message)
    const content: InboundContent = {
      ...{ kind: 'reply', source: 'button', text: titleOf(message, payload) ?? payload ?? '' },
      ...(payload === undefined ? {} : { payload }),
    }
    return received(chat, {
      externalId: `callback:${id}`,
      sender: who,
      content,
      ...(replyTo === undefined ? {} : { replyTo }),
    })
  },

  /** The person blocked the bot, or took it back. */
  my_chat_member: (change, update) => {
    const [chat, who] = [privateChat(change), whoIn(change.from)]
    const status = asRecord(change.new_chat_member)?.status
    if (chat === undefined || who === undefined || (status !== 'kicked' && status !== 'member')) return undefined
    const wish = status === 'kicked' ? 'stop' : 'resume'
    return {
      dedupeKey: `member:${update}`,
      eventFor: (from) => ({
        type: channelPreferenceChanged,
        key: lane(from.connectionId, chat),
        data: { ...from, sender: who, purpose: 'all', wish },
      }),
    }
  },
}

interface Said {
  readonly externalId: string
  readonly sender: Sender
  readonly content: InboundContent
  readonly replyTo?: string
}

function received(chat: string, said: Said): Heard {
  return {
    dedupeKey: `message:${said.externalId}`,
    eventFor: (from) => ({
      type: channelMessageReceived,
      key: lane(from.connectionId, chat),
      data: { ...from, ...said },
    }),
  }
}

/** Its id is the person's own. */
function privateChat({ chat }: Json): string | undefined {
  const found = asRecord(chat)
  return found?.type === 'private' ? String(found.id) : undefined
}

function whoIn(user: unknown): Sender | undefined {
  const found = asRecord(user)
  if (found?.id === undefined) return undefined
  const name = [asText(found.first_name), asText(found.last_name)].filter((part) => part !== undefined).join(' ')
  return sender(String(found.id), name === '' ? undefined : name, asText(found.username))
}

function titleOf({ reply_markup: markup }: Json, payload: string | undefined): string | undefined {
  const rows = asRecord(markup)?.inline_keyboard
  const buttons = Array.isArray(rows) ? rows.flat().map((button) => asRecord(button)) : []
  return asText(buttons.find((button) => button?.callback_data === payload)?.text)
}
