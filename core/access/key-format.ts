import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type KeyMode = 'live' | 'test'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^30 is about 2^178. */
const RANDOM_LENGTH = 30
const CHECKSUM_LENGTH = 6
const KEY = /^parley_(live|test)_[0-9A-Za-z]{36}$/
/** `parley_live_` and four characters: enough to recognise a key in a list, useless for guessing it. */
const PREFIX_LENGTH = 16

/**
 * `parley_<live|test>_<30 base62><6 base62 of CRC-32>`. The prefix lets secret scanners find a leaked key; the checksum lets
 * a typing error or a guess be refused without a query. It is not a signature.
 */
export function generateKey(mode: KeyMode): string {
  let random = ''
  for (let index = 0; index < RANDOM_LENGTH; index += 1) random += BASE62[randomInt(BASE62.length)]
  const body = `parley_${mode}_${random}`
  return body + checksum(body)
}

/** True when it has the form of a key and its checksum is right. */
export function isWellFormed(key: string): boolean {
  return KEY.test(key) && checksum(key.slice(0, -CHECKSUM_LENGTH)) === key.slice(-CHECKSUM_LENGTH)
}

/** What is stored instead of the key. A plain SHA-256 is enough for 178 random bits: there is nothing to guess from. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_LENGTH)
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    text = BASE62[rest % BASE62.length] + text
    rest = Math.floor(rest / BASE62.length)
  }
  return text
}
