import type { ChannelAccountChanged, ChannelTemplateNews } from '@parley/core'
import { asRecord, asText, type Json } from '../../meta/json.ts'

/**
 * Events of `message_template_status_update` that are states as well. Others (`FLAGGED`, `LOCKED`, `UNARCHIVED`, …) say that
 * something happened; the list tells what the template is now.
 */
const STATES = new Set([
  'APPROVED',
  'ARCHIVED',
  'DELETED',
  'DISABLED',
  'IN_APPEAL',
  'LIMIT_EXCEEDED',
  'PAUSED',
  'PENDING',
  'PENDING_DELETION',
  'REJECTED',
])

/** Meta names the template by `message_template_name` and `message_template_language` in each of the fields. */
export function templateNews({
  change,
  detail,
}: Pick<ChannelAccountChanged, 'change' | 'detail'>): ChannelTemplateNews | undefined {
  const name = asText(detail.message_template_name)
  const language = asText(detail.message_template_language)
  if (name === undefined || language === undefined) return undefined
  if (change === 'template-status') return { name, language, ...statusOf(detail) }
  if (change === 'template-quality') return { name, language, ...lowered('quality', detail.new_quality_score) }
  if (change === 'template-category') return { name, language, ...lowered('category', detail.new_category) }
  return { name, language }
}

function statusOf(detail: Json): Partial<ChannelTemplateNews> {
  const event = asText(detail.event)?.toUpperCase() ?? ''
  const reason = reasonOf(detail)
  return { ...(STATES.has(event) ? { status: event.toLowerCase() } : {}), ...(reason === undefined ? {} : { reason }) }
}

/** `reason` is a code (`ABUSIVE_CONTENT`); for a pause `other_info`, for a rejection `rejection_info` says more. `NONE` says nothing. */
export function reasonOf(detail: Json): string | undefined {
  const told = asText(asRecord(detail.rejection_info)?.reason) ?? asText(asRecord(detail.other_info)?.description)
  const code = asText(detail.reason) ?? asText(detail.rejected_reason)
  const words = [code === 'NONE' ? undefined : code, told].filter((word) => word !== undefined && word !== '')
  return words.length === 0 ? undefined : words.join(': ')
}

function lowered(field: 'quality' | 'category', value: unknown): Partial<ChannelTemplateNews> {
  const text = asText(value)
  return text === undefined || text === '' ? {} : { [field]: text.toLowerCase() }
}
