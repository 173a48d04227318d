import type { Transform } from 'node:stream'
import type { MailAttachment } from '@parley/core'
import type { MimeNode } from '@zone-eu/mailsplit'
import libmime from 'libmime'
import { decodeText } from './charset.ts'
import { MailHeaders } from './headers.ts'
import { MEMORY } from './limits.ts'
import type { ReportPart } from './report.ts'

/** A part under way: its decoder, and what is kept of it. */
interface OpenPart {
  readonly node: MimeNode
  readonly decoder: Transform
  readonly keep: number
  readonly chunks: Buffer[]
  bytes: number
  readonly ended: Promise<void>
}

const REPORTS = new Set([
  'message/delivery-status',
  'message/feedback-report',
  'message/disposition-notification',
  'message/rfc822',
  'message/rfc822-headers',
  'text/rfc822-headers',
])

/** Keeps texts and reports of the parts that pass by, and of files what they are and how long. */
export class PartReader {
  headers: MailHeaders | undefined
  #report = false
  readonly #parts: OpenPart[] = []
  #open: OpenPart | undefined

  node(node: MimeNode): void {
    this.#close()
    if (node.root) {
      this.headers = new MailHeaders(headerBlock(node))
      this.#report = this.headers.value('content-type') === 'multipart/report'
    }
    if (node.multipart) return
    const decoder = node.getDecoder() as Transform
    const keep = isBody(node) ? MEMORY.text : this.#isReport(node) ? MEMORY.report : 0
    const chunks: Buffer[] = []
    const ended = new Promise<void>((resolve) => {
      decoder.once('end', resolve)
      decoder.once('error', () => resolve())
    })
    const part: OpenPart = { node, decoder, keep, chunks, bytes: 0, ended }
    decoder.on('data', (chunk: Buffer) => {
      if (part.bytes < keep) chunks.push(chunk.subarray(0, keep - part.bytes))
      part.bytes += chunk.length
    })
    this.#parts.push(part)
    this.#open = part
  }

  async body(_node: MimeNode, bytes: Buffer): Promise<void> {
    const decoder = this.#open?.decoder
    if (decoder === undefined || decoder.write(bytes)) return
    await new Promise<void>((resolve) => decoder.once('drain', resolve))
  }

  /** What was kept, once every part has ended. */
  async done() {
    this.#close()
    await Promise.all(this.#parts.map((part) => part.ended))
    const bodies = this.#parts.filter((part) => isBody(part.node))
    const texts = bodies.filter((part) => typeOf(part.node) === 'text/plain').map(textOf)
    const htmls = bodies.filter((part) => typeOf(part.node) === 'text/html').map(textOf)
    const reports = this.#parts.filter((part) => this.#isReport(part.node)).map(reportPart)
    const files = this.#parts.filter((part) => !isBody(part.node)).map(fileOf)
    return { headers: this.headers, texts, htmls, reports, files }
  }

  #isReport(node: MimeNode): boolean {
    const type = typeOf(node)
    return type === 'message/delivery-status' || (this.#report && REPORTS.has(type))
  }

  #close(): void {
    this.#open?.decoder.end()
    this.#open = undefined
  }
}

/** The header block of a part as it came. */
export function headerBlock(node: MimeNode): Buffer {
  return node.headers ? node.headers.build() : Buffer.alloc(0)
}

function typeOf(node: MimeNode): string {
  return node.contentType ? String(node.contentType).toLowerCase() : 'text/plain'
}

/** Text to read, not a file: not attached, and without a name unless it is meant to be shown in its place. */
export function isBody(node: MimeNode): boolean {
  if (node.multipart || !/^text\/(plain|html)$/.test(typeOf(node))) return false
  return node.disposition !== 'attachment' && !(node.filename && node.disposition !== 'inline')
}

function textOf({ node, chunks }: OpenPart): string {
  const text = decodeText(Buffer.concat(chunks), node.charset ? String(node.charset) : '')
  return node.flowed && typeOf(node) === 'text/plain' ? libmime.decodeFlowed(text, Boolean(node.delSp)) : text
}

function reportPart({ node, chunks }: OpenPart): ReportPart {
  return { mimeType: typeOf(node), text: decodeText(Buffer.concat(chunks)) }
}

function fileOf({ node, bytes }: OpenPart): MailAttachment {
  const headers = new MailHeaders(headerBlock(node))
  const contentId = headers.raw('content-id')?.replace(/^<|>$/g, '').trim()
  const fileName = node.filename ? String(node.filename) : nameless(node)
  const inline = contentId !== undefined && contentId !== '' && node.disposition !== 'attachment'
  return {
    mimeType: typeOf(node),
    bytes,
    ...(fileName === undefined ? {} : { fileName }),
    ...(contentId === undefined || contentId === '' ? {} : { contentId }),
    ...(inline ? { inline } : {}),
  }
}

/** Mails and invitations come without a name. */
function nameless(node: MimeNode): string | undefined {
  const type = typeOf(node)
  if (type === 'message/rfc822') return 'message.eml'
  return type === 'text/calendar' ? 'invite.ics' : undefined
}
