import type { Knex } from 'knex'
import { withTenant } from '../data/transaction.ts'
import { asUnavailable } from '../data/unavailable.ts'
import { type ChainFault, type ChainPoint, ChainWalk, type StoredRecord } from './verify-chain.ts'

/** What became of one chain. */
export interface ChainReport {
  readonly chain: string
  readonly records: number
  readonly faults: readonly ChainFault[]
  /** Where it ends; to be kept as an anchor. Absent while nothing was recorded. */
  readonly end?: { readonly seq: string; readonly hash: string }
}

/** Heads as they were, kept outside of the database. */
export interface Anchor {
  readonly at: string
  readonly heads: readonly { readonly chain: string; readonly seq: string; readonly hash: string }[]
}

interface HeadRow {
  readonly chain: string
  readonly seq: string | null
  readonly hash: Buffer | null
}

/** Records, and chains, read at once. */
const PAGE = 1000

/** Verifies chains beside writers, a page of records at a time. Kernel code only: it crosses tenants. */
export class AuditVerifier {
  readonly #knex: Knex

  constructor(options: { readonly knex: Knex }) {
    this.#knex = options.knex
  }

  /** Every chain, one after another. */
  async *all(anchors: readonly Anchor[] = []): AsyncGenerator<ChainReport> {
    for await (const { chain } of this.#heads()) yield await this.chain(chain, anchors)
  }

  /** Where all chains stand. A copy in a place that nobody can write again also finds a chain that was made anew as a whole. */
  async heads(): Promise<Anchor['heads']> {
    const heads: Anchor['heads'][number][] = []
    for await (const { chain, seq, hash } of this.#heads())
      if (seq !== null && hash !== null) heads.push({ chain, seq, hash: hash.toString('hex') })
    return heads
  }

  async chain(chain: string, anchors: readonly Anchor[] = []): Promise<ChainReport> {
    const walk = new ChainWalk(chain, pointsOf(chain, anchors))
    for (;;) {
      const records = await this.#records(chain, walk.last.seq)
      for (const record of records) walk.take(record)
      if (records.length === PAGE) continue
      // The head is read after the records: it may only be further because somebody has just written.
      const head = await this.#head(chain)
      const more = head !== undefined && head.seq > walk.last.seq ? await this.#records(chain, walk.last.seq) : []
      if (more.length > 0) continue
      const { seq, hash } = walk.last
      const end = seq === 0n ? {} : { end: { seq: String(seq), hash: hash.toString('hex') } }
      return { chain, records: walk.count, faults: walk.end(head), ...end }
    }
  }

  async *#heads(): AsyncGenerator<HeadRow> {
    let after: string | null = null
    for (;;) {
      const rows: readonly HeadRow[] = await this.#call('select * from parley.audit_heads(?, ?)', [after, PAGE])
      yield* rows
      after = rows.at(-1)?.chain ?? null
      if (rows.length < PAGE) return
    }
  }

  async #head(chain: string): Promise<ChainPoint | undefined> {
    const [row] = await this.#call<{ seq: string; hash: Buffer }>('select * from parley.audit_head_of(?)', [chain])
    return row === undefined ? undefined : { seq: BigInt(row.seq), hash: row.hash }
  }

  #records(chain: string, after: bigint): Promise<readonly StoredRecord[]> {
    return withTenant(this.#knex, chain, async (trx) => {
      const rows = await trx('parley.audit_record as r')
        .leftJoin('parley.audit_detail as d', (on) => on.on('d.tenant_id', 'r.tenant_id').andOn('d.seq', 'r.seq'))
        .where('r.tenant_id', chain)
        .where('r.seq', '>', String(after))
        .orderBy('r.seq')
        .limit(PAGE)
        .select('r.seq', 'r.body', 'r.hash', 'd.salt', 'd.detail')
      return rows.map((row) => ({ ...row, seq: BigInt(row.seq) }))
    })
  }

  async #call<R>(sql: string, values: readonly (string | number | null)[]): Promise<readonly R[]> {
    try {
      const { rows } = await this.#knex.raw<{ rows: R[] }>(sql, values as Knex.RawBinding[])
      return rows
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}

function pointsOf(chain: string, anchors: readonly Anchor[]): readonly ChainPoint[] {
  return anchors
    .flatMap((anchor) => anchor.heads.filter((head) => head.chain === chain))
    .map(({ seq, hash }) => ({ seq: BigInt(seq), hash: Buffer.from(hash, 'hex') }))
}
