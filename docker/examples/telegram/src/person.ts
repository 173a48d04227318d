import { type Identity, identityKey, type Sender } from '@parley/core'
import { asRecord, type Json } from './json.ts'

/** Plugin id and provider key. Stored with every conversation, so it never changes. */
export const CHANNEL = 'parley-channel-telegram'

/** A user's id is the same for every bot, so its scope is empty. */
export function identity(value: string): Identity {
  return { kind: 'telegram', scope: '', value }
}

export function sender(value: string, name: string | undefined, username: string | undefined): Sender {
  return {
    identities: [identity(value)],
    ...(name === undefined ? {} : { displayName: name }),
    ...(username === undefined ? {} : { username }),
  }
}

/** What order is kept for: everything of one person with one bot. */
export function lane(connectionId: string, value: string): string {
  return `${connectionId}/${identityKey(identity(value))}`
}

/** `<chat>:<number>`: a message's number is unique within its chat only. */
export function messageId(message: Json): string | undefined {
  const chat = asRecord(message.chat)?.id
  return typeof message.message_id === 'number' && chat !== undefined ? `${chat}:${message.message_id}` : undefined
}

/** The number in a message's id; `undefined` for a tap on a button, which is none. */
export function numberIn(externalId: string): number | undefined {
  const number = /^-?\d+:(\d+)$/.exec(externalId)?.[1]
  return number === undefined ? undefined : Number(number)
}
