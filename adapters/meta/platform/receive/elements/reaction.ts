import { channelMessageEchoed, channelMessageReceived } from '@parley/core'
import { externalIdOf } from '../../../clipped.ts'
import { fingerprint } from '../../../fingerprint.ts'
import { asText } from '../../../json.ts'
import { about, known, laneIn, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

/** For reactions that come by name alone. */
const EMOJI: ReadonlyMap<string, string> = new Map([
  ['smile', '😆'],
  ['laugh', '😆'],
  ['angry', '😠'],
  ['sad', '😢'],
  ['wow', '😮'],
  ['love', '❤️'],
  ['like', '👍'],
  ['dislike', '👎'],
])
const NAMELESS = '❓'

/** `{ mid, action: 'react' | 'unreact', reaction, emoji }` */
export const readReaction: ElementReader = (body, place) => {
  const target = externalIdOf(body.mid)
  const person = place.person
  if (target === undefined || person === undefined) return [unknown(place, 'reaction')]
  const given = asText(body.emoji) ?? EMOJI.get(asText(body.reaction) ?? '') ?? NAMELESS
  const emoji = body.action === 'unreact' ? null : given
  const externalId = `reaction:${fingerprint(person, place.own, target, emoji, place.element.timestamp)}`
  const content = { kind: 'reaction', emoji, target } as const
  return [
    known(place, externalId, (connectionId) => {
      const shared = { ...about(place, connectionId), externalId, content }
      const key = laneIn(place, connectionId)
      return place.own
        ? { type: channelMessageEchoed, key, data: { ...shared, recipient: person } }
        : { type: channelMessageReceived, key, data: { ...shared, sender: person } }
    }),
  ]
}
