import { channelAccountChanged } from '@parley/core'
import { fingerprint } from '../../../meta/fingerprint.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { CHANNEL, known, type Place, timeOf } from '../place.ts'
import { errorsOf } from './statuses.ts'

/** Webhook fields about an account, its numbers or its templates, and what Parley calls the change. */
export const ACCOUNT_CHANGES: ReadonlyMap<string, string> = new Map([
  ['message_template_status_update', 'template-status'],
  ['message_template_quality_update', 'template-quality'],
  ['message_template_components_update', 'template-components'],
  ['template_category_update', 'template-category'],
  ['template_correct_category_detection', 'template-category'],
  ['account_update', 'account-update'],
  ['account_review_update', 'account-review'],
  ['account_alerts', 'account-alert'],
  ['account_settings_update', 'account-settings'],
  ['business_capability_update', 'business-capability'],
  ['business_status_update', 'business-status'],
  ['phone_number_quality_update', 'phone-quality'],
  ['phone_number_name_update', 'phone-name'],
  ['payment_configuration_update', 'payment-configuration'],
  ['partner_solutions', 'partner-solutions'],
  ['flows', 'flow'],
  ['security', 'security'],
])

/** The whole `value` is the news. It has no id, so the same JSON at the same entry time is the same news. */
export function readAccountChange(change: string, place: Place): Reading {
  return news(place, change, place.value, `account:${fingerprint(place.field, place.value, place.entryTime)}`)
}

/** `value.errors[]`: the account could not be served (`{ code, title, … }`). One item for each. */
export function readErrors(place: Place): readonly Reading[] {
  const value = fingerprint(place.value)
  return errorsOf(place.value.errors).map((error, index) =>
    news(place, 'error', { ...error }, `error:${value}:${index}`),
  )
}

function news(place: Place, change: string, detail: Readonly<Record<string, unknown>>, dedupeKey: string): Reading {
  const occurredAt = timeOf(place, detail.timestamp)
  return known(place, dedupeKey, (connectionId) => ({
    type: channelAccountChanged,
    key: laneOf(connectionId, undefined),
    data: { connectionId, channel: CHANNEL, occurredAt, change, detail },
  }))
}
