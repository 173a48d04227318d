import type { Egress, ObjectStore, OutboundMedia } from '@parley/core'
import type Mail from 'nodemailer/lib/mailer'
import { type Refused, refuse } from './build.ts'

export interface FileSources {
  /** Absent where nothing keeps files. */
  readonly store: ObjectStore | undefined
  /** For files that are given by a link of somebody's: mail has no vendor who would fetch them. */
  readonly egress: Egress
  /** Of all files of one mail. */
  readonly maxBytes: number
}

/** Opens the files of a mail: our own as streams, in the order they were named. */
export async function openFiles(
  sources: FileSources,
  tenantId: string,
  files: readonly OutboundMedia[],
  signal: AbortSignal,
): Promise<{ ok: true; files: readonly Mail.Attachment[] } | Refused> {
  const opened: Mail.Attachment[] = []
  let bytes = 0
  for (const media of files) {
    const file = await openFile(sources, tenantId, media, signal)
    if (!file.ok) return file
    bytes += file.bytes
    opened.push(file.attachment)
    if (bytes > sources.maxBytes)
      return refuse('content', 'parley.too-large', `The files of a mail may have ${sources.maxBytes} bytes together.`)
  }
  return { ok: true, files: opened }
}

type Opened = { ok: true; attachment: Mail.Attachment; bytes: number } | Refused

async function openFile(
  sources: FileSources,
  tenantId: string,
  media: OutboundMedia,
  signal: AbortSignal,
): Promise<Opened> {
  const named = media.fileName === undefined ? {} : { filename: media.fileName }
  if (media.objectKey !== undefined) {
    const found = await sources.store?.get(tenantId, media.objectKey)
    if (found === undefined) return refuse('content', 'parley.no-file', 'The file is not, or no longer, in the store.')
    const { object, content } = found
    return {
      ok: true,
      bytes: object.bytes,
      attachment: { ...named, content, contentType: media.mimeType ?? object.mimeType },
    }
  }
  const fetched = await sources.egress.fetch(media.link ?? '', { signal })
  if (!fetched.ok) {
    const failure = fetched.retryable === true ? 'retryable' : 'content'
    return refuse(failure, `parley.link-${fetched.reason}`, 'The linked file could not be fetched.')
  }
  if (fetched.status !== 200)
    return refuse(
      fetched.status >= 500 ? 'retryable' : 'content',
      `http-${fetched.status}`,
      'The linked file was not given out.',
    )
  const contentType = media.mimeType ?? fetched.headers['content-type'] ?? 'application/octet-stream'
  const filename = media.fileName ?? nameIn(media.link ?? '')
  return { ok: true, bytes: fetched.body.length, attachment: { filename, content: fetched.body, contentType } }
}

function nameIn(link: string): string {
  return decodeURIComponent(new URL(link).pathname.split('/').at(-1) ?? '') || 'file'
}
