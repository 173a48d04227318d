import type { DeliveryStatus, VendorError } from '@parley/core'
import { readOwnId } from '../own-id.ts'
import { MailHeaders } from './headers.ts'
import { clip } from './text.ts'

/** What a server, not a person, tells of a mail of ours. */
export interface MailReport {
  /** RFC 3464 (`delivery-status`), 5965 (`feedback-report`), 8098 (`disposition-notification`), or one nobody knows. */
  readonly kind: string
  /** Message-IDs of the mail it is about, without brackets; empty when it does not say. */
  readonly about: readonly string[]
  /** One for each recipient it tells of. `undefined`: it is on its way still. */
  readonly facts: readonly ReportFact[]
}

export interface ReportFact {
  readonly recipient?: string
  readonly status: DeliveryStatus | undefined
  readonly error?: VendorError
}

/** A part of a report, small enough to be kept: its type and its bytes as text. */
export interface ReportPart {
  readonly mimeType: string
  readonly text: string
}

const MAX_DETAIL = 1_000
/** Who writes bounces that are no report. */
const DAEMON = /^(mailer-daemon|postmaster|mdaemon|mail-daemon)@/

/** `undefined` when the mail is no report. */
export function reportOf(headers: MailHeaders, parts: readonly ReportPart[], text: string): MailReport | undefined {
  if (
    headers.value('content-type') === 'multipart/report' ||
    parts.some(({ mimeType }) => mimeType === 'message/delivery-status')
  )
    return structured(headers, parts, text)
  if (headers.has('x-failed-recipients')) return byHeader(headers, text)
  return DAEMON.test(headers.addresses('from')[0]?.address ?? '') ? byWords(text) : undefined
}

function structured(headers: MailHeaders, parts: readonly ReportPart[], text: string): MailReport {
  const kind = (headers.parameter('content-type', 'report-type') ?? 'delivery-status').toLowerCase()
  const about = originalIds(parts, text)
  const blocks = (type: string) => parts.filter((part) => part.mimeType === type).flatMap((part) => blocksOf(part.text))
  if (kind === 'delivery-status') {
    const facts = blocks('message/delivery-status').flatMap(deliveryFact)
    return { kind, about, facts }
  }
  if (kind === 'feedback-report')
    return { kind, about, facts: blocks('message/feedback-report').flatMap(complaintFact) }
  if (kind === 'disposition-notification') {
    const told = blocks('message/disposition-notification')
    const ids = told.flatMap((block) => block.ids('original-message-id'))
    return { kind, about: ids.length > 0 ? ids : about, facts: told.flatMap(readFact) }
  }
  return { kind, about, facts: [] }
}

/** Exim, and Gmail's bounces of old: no report, but a header that names who could not be reached. */
function byHeader(headers: MailHeaders, text: string): MailReport {
  const code = /\b([45]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? /\b([45]\d\d)\b/.exec(text)?.[1] ?? 'bounced'
  const error = { code, title: 'The mail came back.', detail: clip(text.trim(), MAX_DETAIL) }
  const facts = headers
    .addresses('x-failed-recipients')
    .map(({ address }) => ({ recipient: address, status: 'failed' as const, error }))
  return { kind: 'delivery-status', about: [...originalIds([], text), ...headers.ids('in-reply-to')], facts }
}

/** qmail and others: words, and the mail below them. Without one of ours below, it may be anything. */
function byWords(text: string): MailReport | undefined {
  const about = originalIds([], text).filter((id) => readOwnId(id) !== undefined)
  if (about.length === 0) return undefined
  const recipient = /<([^\s<>@]+@[^\s<>]+)>:?\s*$/m.exec(text)?.[1]?.toLowerCase()
  const whose = recipient === undefined ? {} : { recipient }
  return { kind: 'delivery-status', about, facts: [{ ...whose, status: 'failed', error: errorIn(text) }] }
}

function errorIn(text: string): VendorError {
  const enhanced = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0]
  const code = enhanced ?? /\b[45]\d\d\b/.exec(text)?.[0] ?? 'bounced'
  return { code, title: 'The mail came back.', detail: clip(text.trim(), MAX_DETAIL) }
}

function blocksOf(text: string): readonly MailHeaders[] {
  return text
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .filter((block) => block.trim() !== '')
    .map((block) => new MailHeaders(block))
}

/** One block for each recipient; the first one, about the message, has no recipient. */
function deliveryFact(block: MailHeaders): readonly ReportFact[] {
  const recipient = typedAddress(block.raw('final-recipient')) ?? typedAddress(block.raw('original-recipient'))
  const action = block.value('action')
  if (recipient === undefined && action === '') return []
  const whose = recipient === undefined ? {} : { recipient }
  if (action === 'delivered') return [{ ...whose, status: 'delivered' }]
  if (action !== 'failed') return [{ ...whose, status: undefined }]
  const said = block.text('diagnostic-code')?.replace(/^\s*smtp\s*;\s*/i, '')
  const code = block.value('status') || /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(said ?? '')?.[0] || 'bounced'
  const error = {
    code,
    title: 'The mail came back.',
    ...(said === undefined ? {} : { detail: clip(said, MAX_DETAIL) }),
  }
  return [{ ...whose, status: 'failed', error }]
}

/** A complaint (ARF): the person called our mail spam. */
function complaintFact(block: MailHeaders): readonly ReportFact[] {
  const type = block.value('feedback-type') || 'abuse'
  const [recipient] = [...block.addresses('original-rcpt-to'), ...block.addresses('removal-recipient')]
  const error = { code: `complaint:${type}`, title: 'The recipient reported the mail as unwanted.' }
  return [{ ...(recipient === undefined ? {} : { recipient: recipient.address }), status: 'failed', error }]
}

function readFact(block: MailHeaders): readonly ReportFact[] {
  const recipient = typedAddress(block.raw('final-recipient')) ?? typedAddress(block.raw('original-recipient'))
  const shown = /\bdisplayed\b/i.test(block.raw('disposition') ?? '')
  return [{ ...(recipient === undefined ? {} : { recipient }), status: shown ? 'read' : undefined }]
}

/** `rfc822; ada@example.com` */
function typedAddress(value: string | undefined): string | undefined {
  const found = /([^\s;<>]+@[^\s;<>]+)/.exec(value ?? '')?.[1]
  return found?.toLowerCase()
}

/** In the returned mail or its headers, and where a server quotes them in its own words. */
function originalIds(parts: readonly ReportPart[], text: string): readonly string[] {
  const returned = parts
    .filter(
      ({ mimeType }) =>
        mimeType === 'message/rfc822' || mimeType === 'text/rfc822-headers' || mimeType === 'message/rfc822-headers',
    )
    .flatMap((part) => new MailHeaders(part.text.trimStart()).ids('message-id'))
  if (returned.length > 0) return returned
  return [...text.matchAll(/^[>\s]*message-id:\s*<([^<>\s]+)>/gim)].map(([, id]) => id ?? '')
}
