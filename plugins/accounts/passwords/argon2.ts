import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { PasswordSettings } from '../settings.ts'

type Cost = Pick<PasswordSettings, 'memoryKib' | 'passes' | 'lanes'>

const SALT_BYTES = 16
const TAG_BYTES = 32
const VERSION = 19
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const derive = promisify(argon2)

/** `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`: the PHC string format, which other systems read too. */
export async function hashArgon2(password: string, cost: Cost): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await tagOf(password, salt, TAG_BYTES, cost)
  const { memoryKib, passes, lanes } = cost
  return `$argon2id$v=${VERSION}$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

export interface ParsedArgon2 {
  readonly cost: Cost
  readonly salt: Buffer
  readonly tag: Buffer
}

export function parseArgon2(hash: string): ParsedArgon2 | undefined {
  const [, memoryKib, passes, lanes, salt, tag] = PHC.exec(hash) ?? []
  if (salt === undefined || tag === undefined) return undefined
  return {
    cost: { memoryKib: Number(memoryKib), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

export async function verifyArgon2(password: string, { cost, salt, tag }: ParsedArgon2): Promise<boolean> {
  return timingSafeEqual(await tagOf(password, salt, tag.length, cost), tag)
}

/** NFKC: the same letters typed on another keyboard are the same password (RFC 8265). */
function tagOf(password: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> {
  return derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce,
    tagLength,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.lanes,
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
