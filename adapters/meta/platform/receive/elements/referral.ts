import { channelMessageReceived } from '@parley/core'
import { clipped } from '../../../clipped.ts'
import { fingerprint } from '../../../fingerprint.ts'
import { present } from '../../../json.ts'
import { about, known, laneIn, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

/**
 * `{ ref, source, type, ad_id?, ads_context_data? }` on its own: the person came back to the conversation through a link
 * (m.me, ig.me) or an ad, and has said nothing yet.
 */
export const readReferral: ElementReader = (body, place) => {
  const sender = place.person
  if (sender === undefined || place.own) return [unknown(place, 'referral')]
  const externalId = `referral:${fingerprint(sender, body, place.element.timestamp)}`
  const content = { kind: 'system', event: 'referral', ...present({ text: clipped(body.ref) }), data: body } as const
  return [
    known(place, externalId, (connectionId) => ({
      type: channelMessageReceived,
      key: laneIn(place, connectionId),
      data: { ...about(place, connectionId), externalId, sender, content, referral: body },
    })),
  ]
}
