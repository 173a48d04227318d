import { clipped } from '../../../meta/clipped.ts'
import { asNumber, asRecord, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** `{ latitude, longitude, name?, address?, url? }` */
export const readLocation: KindReader = (body) => {
  const fields = asRecord(body)
  const latitude = asNumber(fields?.latitude)
  const longitude = asNumber(fields?.longitude)
  if (fields === undefined || latitude === undefined || longitude === undefined) return undefined
  const described = present({
    name: clipped(fields.name),
    address: clipped(fields.address),
    url: clipped(fields.url),
  })
  return { kind: 'location', latitude, longitude, ...described }
}
