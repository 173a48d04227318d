import { buffer } from 'node:stream/consumers'
import type { Channel, ChannelCapabilities, ObjectStore, SendRequest, SendResult } from '@parley/core'
import type { BotApi, Upload } from './bot-api.ts'
import { asRecord, asText } from './json.ts'
import { type Sending, sendingOf } from './outbound.ts'
import { failedSend, refused, type SendRefusal } from './outcome.ts'
import { messageId, numberIn } from './person.ts'

const MIB = 1024 * 1024

/** https://core.telegram.org/bots/api#sending-files; a bot may write whenever the person has not blocked it. */
export const capabilities: ChannelCapabilities = {
  title: 'Telegram',
  sends: ['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'reaction', 'interactive'],
  maxTextLength: 4096,
  maxCaptionLength: 1024,
  maxMediaBytes: { image: 10 * MIB, video: 50 * MIB, audio: 50 * MIB, document: 50 * MIB, sticker: MIB / 2 },
  window: null,
}

interface Parts {
  readonly api: BotApi
  readonly store: ObjectStore
}

/** Speaks as a bot. Telegram takes no id of ours, so that a lost answer stays unknown until a person decides. */
export function telegramChannel(parts: Parts): Channel {
  return {
    capabilities,
    send: (request) => send(parts, request),
    async test({ externalId, secrets }, signal) {
      const told = await parts.api.call(secrets.token ?? '', 'getMe', {}, signal)
      if (told.outcome !== 'answered') return { ok: false, detail: failedSend(told).detail }
      const bot = asRecord(told.result)
      if (String(bot?.id) !== externalId) return { ok: false, detail: 'the token is good, and another bot’s' }
      return { ok: true, title: asText(bot?.username) ?? asText(bot?.first_name) ?? externalId }
    },
  }
}

async function send({ api, store }: Parts, request: SendRequest): Promise<SendResult> {
  const { connection, to, content, replyTo, signal } = request
  if (to.kind !== 'telegram') return refused('recipient', 'parley.no-user', `Telegram cannot write to a ${to.kind}`)
  const sending = sendingOf(content)
  if ('ok' in sending) return sending
  const file = await fileOf(store, connection.tenantId, sending)
  if (file !== undefined && 'ok' in file) return file
  const fields = { chat_id: to.value, ...sending.fields, ...linkOf(sending), ...quoting(replyTo) }
  const told = await api.call(connection.secrets.token ?? '', sending.method, fields, signal, file)
  if (told.outcome !== 'answered') return failedSend(told)
  // A reaction is answered with `true`: it is no message.
  if (content.kind === 'reaction') return { ok: true, externalId: `reaction:${content.target}` }
  const externalId = messageId(asRecord(told.result) ?? {})
  if (externalId === undefined) return refused('unknown', 'parley.no-id', 'Telegram answered without a message')
  return { ok: true, externalId }
}

/** An answer to a message that is gone is sent all the same. */
function quoting(replyTo: string | undefined) {
  const number = replyTo === undefined ? undefined : numberIn(replyTo)
  return number === undefined ? {} : { reply_parameters: { message_id: number, allow_sending_without_reply: true } }
}

/** Telegram fetches a link itself. */
function linkOf({ media }: Sending): Readonly<Record<string, string>> {
  return media?.media.link === undefined ? {} : { [media.field]: media.media.link }
}

async function fileOf(
  store: ObjectStore,
  tenantId: string,
  { media }: Sending,
): Promise<Upload | SendRefusal | undefined> {
  const key = media?.media.objectKey
  if (media === undefined || key === undefined) return undefined
  const found = await store.get(tenantId, key)
  if (found === undefined) return refused('content', 'parley.no-object', 'the file is no longer in the object store')
  const { object, content } = found
  const limit = capabilities.maxMediaBytes[media.kind] ?? 0
  if (object.bytes > limit) {
    content.destroy()
    return refused('content', 'parley.too-large', `${object.bytes} bytes; Telegram takes ${limit}`)
  }
  const fileName = media.media.fileName ?? 'file'
  return { field: media.field, content: new Uint8Array(await buffer(content)), mimeType: object.mimeType, fileName }
}
