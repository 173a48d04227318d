import { channelMessageReceived } from '@parley/core'
import { fingerprint } from '../../../fingerprint.ts'
import { about, known, laneIn, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

/** The person agreed to something: a checkbox, a notification. A plugin's `user_ref` names nobody who can be written to. */
export const readOptin: ElementReader = (body, place) => {
  const sender = place.person
  if (sender === undefined || place.own) return [unknown(place, 'optin')]
  const externalId = `optin:${fingerprint(sender, body, place.element.timestamp)}`
  return [
    known(place, externalId, (connectionId) => ({
      type: channelMessageReceived,
      key: laneIn(place, connectionId),
      data: {
        ...about(place, connectionId),
        externalId,
        sender,
        content: { kind: 'system', event: 'optin', data: body },
      },
    })),
  ]
}
