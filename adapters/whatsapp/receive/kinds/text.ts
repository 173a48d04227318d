import { clipped } from '../../../meta/clipped.ts'
import { asRecord } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/** `{ body }` */
export const readText: KindReader = (body) => {
  const text = clipped(asRecord(body)?.body)
  return text === undefined ? undefined : { kind: 'text', text }
}
