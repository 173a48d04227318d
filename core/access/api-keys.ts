import type { Knex } from 'knex'
import { ReadThrough } from '../cache/read-through.ts'
import { asUnavailable } from '../data/unavailable.ts'
import type { Authenticator } from '../plugin/authenticator.ts'
import { newId } from '../plugin/new-id.ts'
import type { Actor } from '../plugin/route.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import { generateKey, hashKey, isWellFormed, type KeyMode, prefixOf } from './key-format.ts'
import { LastUse } from './last-use.ts'
import { type AccessSettings, defaultAccessSettings } from './settings.ts'

/** A key as it may be shown: never the key itself. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  /** `parley_live_` and four characters. */
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt?: Date
  /** To the minute. */
  readonly lastUsedAt?: Date
  readonly revokedAt?: Date
}

export interface NewApiKey {
  readonly name: string
  /** Permission keys, families (`inbox.*`) or `*`. */
  readonly scopes: readonly string[]
  readonly mode?: KeyMode
  readonly expiresAt?: Date
}

interface KeyRow {
  readonly id: string
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

interface FoundRow extends Pick<KeyRow, 'id' | 'name' | 'scopes' | 'expires_at' | 'last_used_at'> {
  readonly tenant_id: string
}

interface Known {
  readonly actor: Actor
  readonly expiresAt: number
  readonly lastUsedAt: number
}

/**
 * API keys: shown once, stored as SHA-256, scoped, per tenant. It answers for the `bearer` scheme, which access tokens share. A key that is in use
 * costs no query: it is believed for `cacheMs`, so that a revocation is in force everywhere within that time, and at once in
 * the process that revoked. Expiry is checked on every call. What does not look like a key is refused without a query.
 */
export class ApiKeys implements Authenticator {
  readonly scheme = 'bearer'
  readonly maxOverlapMs: number
  readonly #knex: Knex
  readonly #clock: Clock
  readonly #known: ReadThrough<Known>
  readonly #lastUse: LastUse

  constructor(options: { knex: Knex; clock: Clock; settings?: AccessSettings }) {
    const { knex, clock, settings = defaultAccessSettings } = options
    this.#knex = knex
    this.#clock = clock
    this.maxOverlapMs = settings.maxOverlapMs
    this.#lastUse = new LastUse({ knex, clock, settings })
    this.#known = new ReadThrough({
      clock,
      max: settings.cacheMax,
      ttlMs: settings.cacheMs,
      absentTtlMs: 0,
      load: (hashes) => this.#load(hashes),
    })
  }

  /** `key` is shown now and never again. */
  async create(uow: UnitOfWork, wanted: NewApiKey): Promise<{ readonly key: string; readonly record: ApiKey }> {
    const key = generateKey(wanted.mode ?? 'live')
    const row: KeyRow = {
      id: newId(),
      name: wanted.name,
      prefix: prefixOf(key),
      scopes: wanted.scopes,
      created_at: this.#clock.now(),
      expires_at: wanted.expiresAt ?? null,
      last_used_at: null,
      revoked_at: null,
    }
    await uow.trx('parley.api_key').insert({ ...row, tenant_id: uow.tenantId, hash: hashKey(key) })
    return { key, record: keyOf(row) }
  }

  /** Revoked and expired ones too; in the order they were made, after the one with the id `after`. */
  async list(uow: UnitOfWork, page: { after?: string; limit: number }): Promise<readonly ApiKey[]> {
    const rows = uow
      .trx<KeyRow>('parley.api_key')
      .where({ tenant_id: uow.tenantId } as object)
      .orderBy('id')
      .limit(page.limit)
      .select('*')
    return (await (page.after === undefined ? rows : rows.where('id', '>', page.after))).map(keyOf)
  }

  async find(uow: UnitOfWork, id: string): Promise<ApiKey | undefined> {
    const row = await uow
      .trx<KeyRow>('parley.api_key')
      .where({ tenant_id: uow.tenantId, id } as object)
      .first('*')
    return row === undefined ? undefined : keyOf(row as KeyRow)
  }

  /** A key in the place of `old`, which ends after `overlapMs`. `undefined` when it has ended already. */
  async rotate(uow: UnitOfWork, old: ApiKey, overlapMs: number): Promise<{ key: string; record: ApiKey } | undefined> {
    const now = this.#clock.millis()
    const expiry = old.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
    if (old.revokedAt !== undefined || expiry <= now) return undefined
    const until = new Date(Math.min(expiry, now + Math.min(overlapMs, this.maxOverlapMs)))
    const [row] = await uow
      .trx('parley.api_key')
      .where({ tenant_id: uow.tenantId, id: old.id })
      .update({ expires_at: until })
      .returning('hash')
    const hash: Buffer = row.hash
    uow.afterCommit(() => this.#known.forget(hash.toString('hex')))
    const { name, scopes, expiresAt } = old
    const mode = old.prefix.startsWith('parley_test_') ? 'test' : 'live'
    return this.create(uow, { name, scopes, mode, ...(expiresAt === undefined ? {} : { expiresAt }) })
  }

  /** False when the tenant has no such key. Revoking twice keeps the first time. */
  async revoke(uow: UnitOfWork, id: string): Promise<boolean> {
    const [row] = await uow
      .trx('parley.api_key')
      .where({ tenant_id: uow.tenantId, id })
      .update({ revoked_at: uow.trx.raw('coalesce(revoked_at, ?)', [this.#clock.now()]) })
      .returning('hash')
    if (row === undefined) return false
    const hash: Buffer = row.hash
    uow.afterCommit(() => this.#known.forget(hash.toString('hex')))
    return true
  }

  recognizes(token: string): boolean {
    return isWellFormed(token)
  }

  async authenticate(token: string): Promise<Actor | undefined> {
    if (!isWellFormed(token)) return undefined
    const known = await this.#known.get(hashKey(token).toString('hex'))
    if (known === undefined || known.expiresAt <= this.#clock.millis()) return undefined
    this.#lastUse.seen(known.actor, known.lastUsedAt)
    return known.actor
  }

  /** Writes the last uses from time to time until `stop`. */
  start(): void {
    this.#lastUse.start()
  }

  /** Writes what is left. */
  stop(): Promise<void> {
    return this.#lastUse.stop()
  }

  /** Writes the collected uses now. @throws UnavailableError; they are kept for the next time */
  flush(): Promise<void> {
    return this.#lastUse.flush()
  }

  async #load(hashes: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const found = new Map<string, Known>()
    for (const hash of hashes) {
      const row = await this.#find(Buffer.from(hash, 'hex'))
      if (row !== undefined) found.set(hash, knownOf(row))
    }
    return found
  }

  async #find(hash: Buffer): Promise<FoundRow | undefined> {
    try {
      const { rows } = await this.#knex.raw<{ rows: FoundRow[] }>('select * from parley.find_api_key(?)', [hash])
      return rows[0]
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}

function knownOf(row: FoundRow): Known {
  return {
    actor: {
      kind: 'api-key',
      id: row.id,
      tenantId: row.tenant_id,
      permissions: row.scopes,
      claims: { name: row.name },
    },
    expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    lastUsedAt: row.last_used_at?.getTime() ?? 0,
  }
}

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}
