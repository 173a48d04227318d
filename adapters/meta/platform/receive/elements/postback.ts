import { channelMessageReceived } from '@parley/core'
import { clipped } from '../../../clipped.ts'
import { fingerprint } from '../../../fingerprint.ts'
import { asRecord, asText, present } from '../../../json.ts'
import { extraOf } from '../parts/extra.ts'
import { about, known, laneIn, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

const KNOWN_FIELDS = new Set(['mid', 'title', 'payload', 'referral', 'is_self'])

/**
 * `{ mid?, title, payload, referral? }`: a tap on a button of a template, an icebreaker, the persistent menu or Get Started.
 * Its `mid` may name the message with the button, which can be tapped twice: the tap is known by person, time and payload.
 */
export const readPostback: ElementReader = (body, place) => {
  const payload = clipped(body.payload)
  const text = clipped(body.title) ?? payload
  const sender = place.person
  if (text === undefined || sender === undefined || place.own) return [unknown(place, 'postback')]
  const externalId = `postback:${fingerprint(sender, body.mid, payload, text, place.element.timestamp)}`
  const facts = present({
    referral: asRecord(body.referral),
    extra: extraOf({
      postbackMid: asText(body.mid),
      standby: place.standby || undefined,
      unknownFields: place.unknownFields.note('postback', body, KNOWN_FIELDS),
    }),
  })
  return [
    known(place, externalId, (connectionId) => ({
      type: channelMessageReceived,
      key: laneIn(place, connectionId),
      data: {
        ...about(place, connectionId),
        externalId,
        sender,
        content: { kind: 'reply', source: 'button', text, ...present({ payload }) },
        ...facts,
      },
    })),
  ]
}
