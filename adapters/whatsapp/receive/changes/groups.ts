import { channelMessageReceived } from '@parley/core'
import { clipped } from '../../../meta/clipped.ts'
import { fingerprint } from '../../../meta/fingerprint.ts'
import { asRecord, asText, present } from '../../../meta/json.ts'
import { laneOf, type Reading } from '../../../meta/reading.ts'
import { groupIdentity } from '../person.ts'
import { CHANNEL, known, type Place, timeOf, unknown } from '../place.ts'

export const GROUP_FIELDS: readonly string[] = [
  'group_lifecycle_update',
  'group_participants_update',
  'group_settings_update',
  'group_status_update',
]

/**
 * One element of `groups[]`: `{ group_id, type, timestamp, request_id?, … }`, such as `group_create` or a participant who left
 * (Meta's "Webhooks for Groups API", February 2026). A line of the group's own thread. It has no id, so its JSON stands for it.
 */
export function readGroupNews(raw: unknown, place: Place): Reading {
  const news = asRecord(raw)
  const groupId = asText(news?.group_id)
  const event = asText(news?.type)
  if (news === undefined || groupId === undefined || event === undefined) return unknown(place, place.field, raw)
  const { group_id: _group, type: _type, timestamp, ...data } = news
  const externalId = `group:${fingerprint(place.field, news)}`
  const identity = groupIdentity(groupId, place.phoneNumberId)
  const occurredAt = timeOf(place, timestamp)
  const content = { kind: 'system', event, data, ...present({ text: clipped(news.subject) }) } as const
  return known(place, externalId, (connectionId) => ({
    type: channelMessageReceived,
    key: laneOf(connectionId, identity),
    data: { connectionId, channel: CHANNEL, occurredAt, externalId, sender: { identities: [identity] }, content },
  }))
}
