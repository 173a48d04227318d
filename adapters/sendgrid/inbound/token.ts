import { timingSafeEqual } from 'node:crypto'
import { tokenHash } from '../signature.ts'

/** Is it the token whose hash the connection keeps? A connection without one takes no mail. */
export function secretsMatch(token: string, hash: unknown): boolean {
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return false
  return timingSafeEqual(Buffer.from(tokenHash(token)), Buffer.from(hash))
}
