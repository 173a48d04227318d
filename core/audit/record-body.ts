import { createHash, randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AuditActor, AuditTarget } from '../contracts/ports/audit.ts'
import { storableJson } from '../events/storable-text.ts'

/** `change`: something was done. `access`: something sensitive was read. */
export type AuditKind = 'change' | 'access'

/** What is chained: references, and the digest of the detail. */
export interface RecordBody {
  readonly v: 1
  readonly id: string
  /** ISO 8601, UTC, milliseconds: sorts as text. */
  readonly at: string
  /** Whom it concerns: in the platform's chain the tenant that something was done to. */
  readonly tenant: string
  readonly kind: AuditKind
  readonly action: string
  readonly actor: { readonly kind: AuditActor['kind']; readonly id: string }
  readonly target: AuditTarget
  /** Hex of sha256(salt ‖ detail); null when there is no detail. */
  readonly detail: string | null
  /** In the record of an erasure: whose details went. */
  readonly erased?: readonly string[]
}

/** What can be erased: values, reason, address. */
export interface RecordDetail {
  readonly before?: unknown
  readonly after?: unknown
  readonly reason?: string
  readonly ip?: string
}

/** A detail as it is stored. The salt keeps a short one (an address) from being guessed out of its digest. */
export interface SaltedDetail {
  readonly salt: Buffer
  readonly text: string
  readonly digest: string
}

const SALT_BYTES = 16

/** `undefined` when there is nothing to keep. */
export function saltedDetail(detail: RecordDetail): SaltedDetail | undefined {
  const text = canonicalJson(detail)
  if (text === '{}') return undefined
  const salt = randomBytes(SALT_BYTES)
  return { salt, text, digest: detailDigest(salt, text) }
}

export function detailDigest(salt: Buffer, text: string): string {
  return createHash('sha256').update(salt).update(text, 'utf8').digest('hex')
}

/** The hash of the record `seq` of a chain, over that of the record before it. The database computes the same when it writes. */
export function chainHash(previous: Buffer, chain: string, seq: bigint, body: string): Buffer {
  return createHash('sha256').update(previous).update(`${chain}:${seq}:${body}`, 'utf8').digest()
}

/** What stands before the first record. */
export const FIRST_HASH: Buffer = Buffer.alloc(32)

/** One text for one value (RFC 8785). Dates become texts, absent fields go, and what Postgres cannot store is mended. */
export function canonicalJson(value: unknown): string {
  return canonicalize(JSON.parse(storableJson(value))) ?? 'null'
}
