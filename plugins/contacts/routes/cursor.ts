import { ParleyError } from '@parley/core'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The id a page ended with, as an opaque word. */
export function encodeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
}

/** @throws ParleyError `cursor.invalid` for anything that {@link encodeCursor} did not make */
export function decodeCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (UUID.test(id)) return id
  throw new ParleyError('cursor.invalid', 'cursor: expected a nextCursor of an earlier answer of this list.')
}
