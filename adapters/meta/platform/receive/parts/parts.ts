import type { InboundContent } from '@parley/core'
import { clipped } from '../../../clipped.ts'
import { asList, asRecord, type Json, present } from '../../../json.ts'
import { readAttachment } from './attachment.ts'

/** What one bubble of the customer's screen says. */
export interface MessagePart {
  readonly content: InboundContent
  readonly extra: Json
  /** Its kind is not known; kept as `unsupported` in its place of the thread, and counted. */
  readonly unknown: boolean
}

/** At least one part. Words that come with files are the caption of the first that can have one. */
export function partsOf(message: Json): readonly MessagePart[] {
  const text = clipped(message.text)
  const tap = asRecord(message.quick_reply)
  if (tap !== undefined) {
    const payload = clipped(tap.payload)
    const words = text ?? payload ?? ''
    return [plain({ kind: 'reply', source: 'quick-reply', text: words, ...present({ payload }) })]
  }
  const mid = clipped(message.mid) ?? ''
  const files = asList(message.attachments).map((raw, index) => readAttachment(raw, mid, index))
  if (files.length === 0) return [text === undefined ? wordless(message) : plain({ kind: 'text', text })]
  return text === undefined ? files : withWords(files, text)
}

function withWords(files: readonly MessagePart[], text: string): readonly MessagePart[] {
  const [first, ...others] = files
  if (first === undefined) return [plain({ kind: 'text', text })]
  const { content } = first
  if ('media' in content) return [{ ...first, content: { ...content, text } }, ...others]
  // The preview of a link in the text: the words say all, and the link stays beside them.
  if (content.kind === 'text') return [{ ...first, content: { kind: 'text', text } }, ...others]
  return [plain({ kind: 'text', text }), ...files]
}

function plain(content: InboundContent): MessagePart {
  return { content, extra: {}, unknown: false }
}

/** Instagram marks what its API does not pass on (`is_unsupported`), and leaves some kinds without a word. */
function wordless(message: Json): MessagePart {
  const said = message.is_unsupported === true
  const detail = 'Meta does not pass this kind of message on.'
  return {
    content: said
      ? { kind: 'unsupported', vendorKind: 'is_unsupported', detail }
      : { kind: 'unsupported', vendorKind: 'empty', detail, raw: message },
    extra: {},
    unknown: !said,
  }
}
