import { Readable } from 'node:stream'
import type { MailAttachment } from '@parley/core'
import { type MimeNode, Splitter } from '@zone-eu/mailsplit'
import { MailHeaders } from './headers.ts'
import { MEMORY } from './limits.ts'
import { mailOf, type ReadMail } from './mail.ts'
import { PartReader } from './part-reader.ts'

export interface ReadOptions {
  /** The adapter's handle of a file, by its place among the files of the mail; by nothing, of the mail itself. */
  readonly refOf?: (index: number | undefined) => string
}

/**
 * Takes a raw mail apart as it streams by: texts and the parts of reports are kept, files are measured and let go. Never
 * throws for what stands in the mail; rejects when the stream itself fails.
 */
export async function readMail(source: Buffer | Readable, { refOf }: ReadOptions = {}): Promise<ReadMail> {
  const parts = new PartReader()
  let broken: string | undefined
  await eachPart(source, parts).catch((error: unknown) => {
    if (!(error instanceof BrokenMail)) throw error
    broken = error.message
  })
  const { texts, htmls, files, reports, headers } = await parts.done()
  const attachments = files.map(
    (file, index): MailAttachment => (refOf === undefined ? file : { ...file, ref: refOf(index) }),
  )
  return mailOf({
    headers: headers ?? new MailHeaders(''),
    ...(texts.length === 0 ? {} : { text: texts.join('\n\n') }),
    ...(htmls.length === 0 ? {} : { html: htmls.join('\n') }),
    attachments,
    reportParts: reports,
    ...(refOf === undefined ? {} : { originalRef: refOf(undefined) }),
    ...(broken === undefined ? {} : { broken }),
  })
}

/** The mail's form is at fault, not the way it came. */
export class BrokenMail extends Error {}

export interface PartVisitor {
  node(node: MimeNode): void
  body(node: MimeNode, bytes: Buffer): Promise<void> | void
}

/** Walks the MIME tree of a mail; an attached mail is one part. Rejects with {@link BrokenMail}, or as the source does. */
export async function eachPart(source: Buffer | Readable, visitor: PartVisitor): Promise<void> {
  const splitter = new Splitter({ ignoreEmbedded: true, maxHeadSize: MEMORY.headers })
  const input = Buffer.isBuffer(source) ? Readable.from([source]) : source
  input.once('error', (error) => splitter.destroy(new SourceFailed(error)))
  input.pipe(splitter)
  try {
    for await (const chunk of splitter) {
      if (chunk.type === 'node') visitor.node(chunk as MimeNode)
      else if (chunk.type === 'body') await visitor.body(chunk.node as MimeNode, chunk.value as Buffer)
    }
  } catch (error) {
    input.unpipe(splitter)
    if (error instanceof SourceFailed) throw error.cause
    throw new BrokenMail(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

class SourceFailed extends Error {
  constructor(cause: Error) {
    super('the source failed', { cause })
  }
}
