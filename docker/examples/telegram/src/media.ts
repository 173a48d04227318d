import { Readable } from 'node:stream'
import type { ChannelMedia } from '@parley/core'
import type { BotApi, Failed } from './bot-api.ts'
import { asRecord, asText } from './json.ts'
import type { Settings } from './settings.ts'

type NotFetched = Extract<Awaited<ReturnType<ChannelMedia['fetch']>>, { ok: false }>

/** Files that people sent: getFile tells a path, which is good for an hour at least, and the file is fetched from there. */
export function telegramMedia(api: BotApi, { maxMediaBytes }: Pick<Settings, 'maxMediaBytes'>): ChannelMedia {
  return {
    async fetch({ connection, media, signal }) {
      const token = connection.secrets.token ?? ''
      const told = await api.call(token, 'getFile', { file_id: media.ref ?? '' }, signal)
      if (told.outcome !== 'answered') return notFetched(told)
      const file = asRecord(told.result)
      const path = asText(file?.file_path)
      if (path === undefined) return { ok: false, failure: 'gone', detail: 'Telegram has no path for the file' }
      const size = typeof file?.file_size === 'number' ? file.file_size : undefined
      if (size !== undefined && size > maxMediaBytes)
        return { ok: false, failure: 'too-large', detail: `${size} bytes; at most ${maxMediaBytes} are fetched` }
      const opened = await api.open(token, path, signal)
      if ('outcome' in opened) return notFetched(opened)
      const content = opened.body === null ? Readable.from([]) : Readable.fromWeb(opened.body)
      return { ok: true, content, mimeType: media.mimeType, ...(size === undefined ? {} : { bytes: size }) }
    },
  }
}

function notFetched(failed: Failed): NotFetched {
  if (failed.outcome !== 'refused') return { ok: false, failure: 'retryable', detail: failed.code }
  const { status, words: detail } = failed
  if (/too big/i.test(detail)) return { ok: false, failure: 'too-large', detail }
  if (status === 401) return { ok: false, failure: 'auth', detail }
  if (status === 400 || status === 404 || status === 410) return { ok: false, failure: 'gone', detail }
  return { ok: false, failure: 'retryable', detail }
}
