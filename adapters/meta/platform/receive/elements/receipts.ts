import { channelStatusChanged, channelWatermarkMoved } from '@parley/core'
import { externalIdOf } from '../../../clipped.ts'
import { asList } from '../../../json.ts'
import type { Reading } from '../../../reading.ts'
import { vendorTime } from '../../../timestamp.ts'
import { about, known, laneIn, type Place, unknown } from '../place.ts'
import type { ElementReader } from './reader.ts'

type Status = 'delivered' | 'read'

/** `{ mids?, watermark }`: the messages named, else everything that was sent up to the watermark. */
export const readDelivery: ElementReader = (body, place) => {
  const mids = asList(body.mids).map(externalIdOf)
  const named = mids.filter((mid) => mid !== undefined)
  if (named.length === 0) return upTo(place, 'delivered', body.watermark)
  return named.map((mid) => status(place, 'delivered', mid))
}

/** Messenger: `{ watermark }`, everything that was sent up to it. Instagram: `{ mid }`. */
export const readRead: ElementReader = (body, place) => {
  const mid = externalIdOf(body.mid)
  return mid === undefined ? upTo(place, 'read', body.watermark) : [status(place, 'read', mid)]
}

function status(place: Place, name: Status, externalId: string): Reading {
  const recipient = place.person?.identities[0]
  if (recipient === undefined || place.own) return unknown(place, `${name}:own`)
  return known(place, `status:${externalId}:${name}`, (connectionId) => ({
    type: channelStatusChanged,
    key: laneIn(place, connectionId),
    data: { ...about(place, connectionId), externalId, status: name, recipient },
  }))
}

function upTo(place: Place, name: Status, watermark: unknown): readonly Reading[] {
  const time = vendorTime(watermark)
  const sender = place.person
  // The business read what the customer wrote, or nobody can tell who read what.
  if (time === undefined || sender === undefined || place.own) return [unknown(place, name)]
  const mark = time.toISOString()
  return [
    known(place, `watermark:${name}:${sender.identities[0]?.value}:${mark}`, (connectionId) => ({
      type: channelWatermarkMoved,
      key: laneIn(place, connectionId),
      data: { ...about(place, connectionId), sender, status: name, upTo: mark },
    })),
  ]
}
