import { createHash } from 'node:crypto'

/** A short name for a vendor fact that has no id of its own: the same JSON, redelivered, has the same one. */
export function fingerprint(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
