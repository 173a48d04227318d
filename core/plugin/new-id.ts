import { randomUUID } from 'node:crypto'

/** The one thing here that modules share, as they share a clock: the last millisecond, and how many ids it has given. */
const last = { at: 0, count: 0 }

const PER_MILLISECOND = 4096

/**
 * A UUIDv7 (RFC 9562, method 1): milliseconds, a counter of 12 bits, randomness. Ids made by one process sort in the order
 * they were made. Node draws the randomness of v4 ids in bulk, which costs a tenth of one draw for each id; so a v4 id
 * lends its random part.
 */
export function newId(): string {
  const now = Date.now()
  if (now > last.at) {
    last.at = now
    last.count = 0
  } else if (++last.count === PER_MILLISECOND) {
    last.at += 1
    last.count = 0
  }
  const time = last.at.toString(16).padStart(12, '0')
  const count = last.count.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}${randomUUID().slice(18)}`
}
