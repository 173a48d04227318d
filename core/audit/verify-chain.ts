import { ERASED } from './audit-log.ts'
import { chainHash, detailDigest, FIRST_HASH, type RecordBody } from './record-body.ts'

/** A record as it lies in the database. */
export interface StoredRecord {
  readonly seq: bigint
  readonly body: string
  readonly hash: Buffer
  readonly salt: Buffer | null
  readonly detail: string | null
}

/** Where a chain stood at some time, by the head row or by an anchor kept elsewhere. */
export interface ChainPoint {
  readonly seq: bigint
  readonly hash: Buffer
}

export type FaultKind =
  | 'record-changed'
  | 'record-missing'
  | 'tail-missing'
  | 'head-missing'
  | 'head-changed'
  | 'detail-changed'
  | 'detail-missing'
  | 'anchor-broken'

/** Something that nobody who may only append can have done. */
export interface ChainFault {
  readonly chain: string
  readonly seq: string
  readonly fault: FaultKind
  readonly message: string
}

/**
 * Walks one chain from its beginning, record by record, and says what does not fit. A changed, exchanged or reordered record
 * breaks its own hash, one that is taken out leaves a hole, and one that is cut off the end is missed by the head or by an
 * anchor. A detail may be gone only if a later record says that it was erased.
 */
export class ChainWalk {
  readonly #chain: string
  readonly #anchors: ReadonlyMap<bigint, Buffer>
  readonly #faults: ChainFault[] = []
  /** Details that are not there, until a record of an erasure accounts for them. */
  readonly #gone = new Set<string>()
  #last: ChainPoint = { seq: 0n, hash: FIRST_HASH }
  #count = 0

  constructor(chain: string, anchors: readonly ChainPoint[] = []) {
    this.#chain = chain
    this.#anchors = new Map(anchors.map(({ seq, hash }) => [seq, hash]))
  }

  get last(): ChainPoint {
    return this.#last
  }

  get count(): number {
    return this.#count
  }

  take(record: StoredRecord): void {
    const { seq, body, hash } = record
    if (seq !== this.#last.seq + 1n) {
      this.#fault(
        this.#last.seq + 1n,
        'record-missing',
        `the records ${this.#last.seq + 1n} to ${seq - 1n} are missing`,
      )
    } else if (!chainHash(this.#last.hash, this.#chain, seq, body).equals(hash)) {
      this.#fault(
        seq,
        'record-changed',
        'the record does not follow from the one before it: one of the two was changed',
      )
    }
    const anchored = this.#anchors.get(seq)
    if (anchored !== undefined && !anchored.equals(hash)) this.#anchorBroken(seq)
    this.#takeDetail(record)
    this.#last = { seq, hash }
    this.#count += 1
  }

  /** What was found, once the last record has been taken. `head` is read after it. */
  end(head: ChainPoint | undefined): readonly ChainFault[] {
    this.#compareHead(head)
    for (const seq of this.#anchors.keys()) if (seq > this.#last.seq) this.#anchorBroken(seq)
    for (const seq of this.#gone)
      this.#fault(BigInt(seq), 'detail-missing', 'its detail is gone, and no erasure says so')
    return this.#faults
  }

  #compareHead(head: ChainPoint | undefined): void {
    const { seq, hash } = this.#last
    if (head === undefined) {
      if (seq > 0n) this.#fault(seq, 'head-missing', 'there are records, and no head that says where they end')
    } else if (head.seq > seq) {
      this.#fault(seq + 1n, 'tail-missing', `the chain should end at ${head.seq}, and ends at ${seq}`)
    } else if (head.seq < seq || !head.hash.equals(hash)) {
      this.#fault(seq, 'head-changed', `the head says that the chain ends at ${head.seq}, with another record`)
    }
  }

  #takeDetail({ seq, body, salt, detail }: StoredRecord): void {
    const read = bodyOf(body)
    if (read === undefined) return
    if (read.action === ERASED) for (const one of read.erased ?? []) this.#gone.delete(one)
    if (salt === null || detail === null) {
      if (read.detail !== null) this.#gone.add(String(seq))
    } else if (detailDigest(salt, detail) !== read.detail) {
      this.#fault(seq, 'detail-changed', 'its detail is not the one that was recorded')
    }
  }

  #anchorBroken(seq: bigint): void {
    this.#fault(seq, 'anchor-broken', 'an anchor holds another record here, or one that is no longer there')
  }

  #fault(seq: bigint, fault: FaultKind, message: string): void {
    this.#faults.push({ chain: this.#chain, seq: String(seq), fault, message })
  }
}

/** A body that is no JSON any more was changed, which its hash says. */
function bodyOf(text: string): RecordBody | undefined {
  try {
    return JSON.parse(text) as RecordBody
  } catch {
    return undefined
  }
}
