import { ownMessageId } from '../../../../adapters/mail/own-id.ts'

/** A mail as it came over the wire, and what an agent should see of it. */
export interface MailCase {
  /** Ends the sentence "reads …". */
  readonly name: string
  readonly raw: Buffer
  /** What it becomes. Default: a customer's message. */
  readonly becomes?: 'message' | 'echo' | 'failed' | 'delivered' | 'read' | 'unknown'
  /** Whose message it is, or who could not be reached. Default: Ada. */
  readonly person?: string
  readonly subject?: string
  readonly text?: string
  /** Folded away, in full or a part of it. */
  readonly quoted?: string
  readonly signature?: string
  /** Stands in the HTML, or must not. */
  readonly html?: string
  readonly htmlLacks?: readonly string[]
  /** Message-ID of ours that it answers. */
  readonly replyTo?: string
  readonly automatic?: boolean
  /** `name type`, with `inline:<content id>` where it is shown in the text. */
  readonly files?: readonly string[]
  /** The vendor error's code of a bounce. */
  readonly code?: string
  readonly sent?: boolean
}

export const CONNECTION = '0191d0c0-0000-7000-8000-00000000c0de'
export const ADA = 'ada@example.com'
export const SHOP = 'shop@example.org'
export const OURS = ownMessageId({
  correlationId: 'message-1',
  connectionId: CONNECTION,
  to: ADA,
  domain: 'example.org',
})
/** Went to somebody else. */
export const TO_BEN = ownMessageId({
  correlationId: 'message-2',
  connectionId: CONNECTION,
  to: 'ben@example.net',
  domain: 'example.org',
})

const USUAL = {
  From: 'Ada Lovelace <ada@example.com>',
  To: 'shop@example.org',
  Subject: 'Opening hours',
  Date: 'Tue, 17 Nov 2026 10:00:00 +0100',
  'Message-ID': '<one@example.com>',
  'MIME-Version': '1.0',
}

/** Header fields over the usual ones (`undefined` takes one away), and a body whose characters are bytes or UTF-8. */
export function wire(
  fields: Readonly<Record<string, string | undefined>>,
  body: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): Buffer {
  const all: Record<string, string | undefined> = { ...USUAL, ...fields }
  const head = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return Buffer.from([...head, '', body].join('\n').replace(/\r?\n/g, '\r\n'), encoding)
}

/** Parts between boundaries; each is its header lines, an empty line and its body. */
export function parts(boundary: string, ...each: readonly string[]): string {
  return `${each.map((part) => `--${boundary}\n${part}\n`).join('')}--${boundary}--\n`
}

export const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')
