import { channelMessageEdited } from '@parley/core'
import { clipped, externalIdOf } from '../../../clipped.ts'
import { asText } from '../../../json.ts'
import { about, known, laneIn, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

/**
 * `{ mid, text, num_edit }` (Messenger's "message_edits", and the same at Instagram). Instagram also sends one without a
 * text and with `num_edit: 0` for messages that were not edited: it says nothing, and is kept as unknown.
 */
export const readEdit: ElementReader = (body, place) => {
  const externalId = externalIdOf(body.mid)
  const text = clipped(body.text)
  const sender = place.person
  if (externalId === undefined || text === undefined || sender === undefined) return [unknown(place, 'message_edit')]
  return [
    known(place, `edit:${externalId}:${asText(body.num_edit) ?? place.occurredAt}`, (connectionId) => ({
      type: channelMessageEdited,
      key: laneIn(place, connectionId),
      data: { ...about(place, connectionId), externalId, sender, content: { kind: 'text', text } },
    })),
  ]
}
