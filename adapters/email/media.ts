import { PassThrough, type Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ChannelMedia, Connection } from '@parley/core'
import type { MimeNode } from '@zone-eu/mailsplit'
import type { ImapFlow } from 'imapflow'
import { isBody } from '../mail/read/part-reader.ts'
import { eachPart } from '../mail/read/read-mail.ts'
import { accountOf } from './account/account.ts'
import { openSession, type SessionParts } from './receive/imap-session.ts'
import { type MailRef, readMailRef } from './receive/mail-ref.ts'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>
type Failed = Extract<Fetched, { ok: false }>

/** Files stay in the mailbox until they are asked for; then the mail streams by once more, and the file is let through. */
export function emailMedia(parts: SessionParts): ChannelMedia {
  return {
    async fetch({ connection, media, signal }): Promise<Fetched> {
      const ref = media.ref === undefined ? undefined : readMailRef(media.ref)
      if (ref === undefined) return failed('gone', 'the mail named no file')
      const { maxFetchBytes } = parts.settings
      if ((media.bytes ?? 0) > maxFetchBytes) return failed('too-large', `at most ${maxFetchBytes} bytes are fetched`)
      const opened = await open(parts, connection, signal)
      if ('failure' in opened) return opened
      const source = await sourceOf(opened.client, ref).catch(() => failed('retryable', 'the mailbox broke off'))
      if ('failure' in source) {
        opened.client.close()
        return source
      }
      const content = stream(opened.client, source, ref, signal)
      return {
        ok: true,
        content,
        mimeType: media.mimeType,
        ...(media.bytes === undefined ? {} : { bytes: media.bytes }),
      }
    },
  }
}

async function open(
  parts: SessionParts,
  connection: Connection,
  signal: AbortSignal,
): Promise<{ client: ImapFlow } | Failed> {
  const read = accountOf(connection)
  if (!read.ok || read.account.imap === undefined) return failed('gone', 'the connection has no mailbox')
  const session = await openSession(parts, connection, { ...read.account, imap: read.account.imap }, signal)
  if (session.ok) return { client: session.client }
  return failed(session.failure === 'auth' ? 'auth' : 'retryable', session.detail)
}

async function sourceOf(client: ImapFlow, ref: MailRef): Promise<Readable | Failed> {
  const box = await client.mailboxOpen(ref.folder, { readOnly: true })
  if (String(box.uidValidity) !== ref.uidValidity) return failed('gone', 'the mailbox has numbered its mails anew')
  const { content } = await client.download(String(ref.uid), undefined, { uid: true })
  return content === undefined ? failed('gone', 'the mail is no longer in the mailbox') : (content as Readable)
}

function stream(client: ImapFlow, source: Readable, { index }: MailRef, signal: AbortSignal): Readable {
  const out = new PassThrough()
  const work = index === undefined ? pipeline(source, out, { signal }) : copyPart(source, index, out)
  const stop = () => out.destroy(new Error('told to stop'))
  signal.addEventListener('abort', stop, { once: true })
  out.once('close', () => {
    signal.removeEventListener('abort', stop)
    source.destroy()
    client.close()
  })
  work.catch((error: Error) => out.destroy(error))
  return out
}

/** Decodes the file at its place among the files of the mail. */
async function copyPart(source: Readable, index: number, out: PassThrough): Promise<void> {
  let place = -1
  let decoder: Transform | undefined
  await eachPart(source, {
    node(node: MimeNode) {
      decoder?.end()
      decoder = undefined
      if (node.multipart || isBody(node)) return
      place += 1
      if (place !== index) return
      decoder = node.getDecoder() as Transform
      decoder.pipe(out)
    },
    async body(_node, bytes) {
      if (decoder === undefined || decoder.write(bytes)) return
      const waiting = decoder
      await new Promise<void>((resolve) => waiting.once('drain', resolve))
    },
  })
  if (decoder !== undefined) (decoder as Transform).end()
  else if (place < index) throw new Error('the mail has no file at that place')
}

function failed(failure: Failed['failure'], detail: string): Failed {
  return { ok: false, failure, detail }
}
