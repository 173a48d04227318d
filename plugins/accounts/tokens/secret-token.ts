import { createHash, randomBytes } from 'node:crypto'

const BYTES = 32

/** 256 random bits as text: nothing to guess, so a plain SHA-256 of it may be stored. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url')
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
