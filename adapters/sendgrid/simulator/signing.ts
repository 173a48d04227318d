import { type KeyObject, sign } from 'node:crypto'
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../signature.ts'

/** The headers of a call that SendGrid signs now. */
export function signedHeaders(body: Buffer, key: KeyObject, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), key)
  return { [SIGNATURE_HEADER]: signature.toString('base64'), [TIMESTAMP_HEADER]: timestamp }
}
