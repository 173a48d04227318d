interface Numbered {
  readonly seq: number
  /** Whose screen it is on. */
  readonly to: string | readonly string[]
}

const MOST = 20_000
/** Longest that a page is waited for. */
const MAX_WAIT_MS = 30_000

/**
 * What simulated people got, oldest first. `seq` grows over all of them: the cursor of who follows along. The oldest go when
 * there are too many; whoever waits is told of each as it arrives.
 */
export class VendorReceived<T extends Numbered> {
  readonly #all: T[] = []
  readonly #listeners = new Set<(message: T) => void>()

  get all(): readonly T[] {
    return this.#all
  }

  /** 0 while there is none. */
  get lastSeq(): number {
    return this.#all.at(-1)?.seq ?? 0
  }

  add(message: Omit<T, 'seq'>): T {
    const stored = { ...message, seq: this.lastSeq + 1 } as T
    this.#all.push(stored)
    if (this.#all.length > MOST) this.#all.splice(0, MOST / 10)
    for (const listener of this.#listeners) listener(stored)
    return stored
  }

  /** Every message as it arrives. Returns what ends it. */
  follow(listener: (message: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The first one that meets `wanted`, among those after `afterSeq`; `undefined` once `waitMs` have passed. */
  waitFor(wanted: (message: T) => boolean, afterSeq = 0, waitMs = 10_000): Promise<T | undefined> {
    const there = this.#all.find((message) => message.seq > afterSeq && wanted(message))
    if (there !== undefined || waitMs <= 0) return Promise.resolve(there)
    return new Promise((resolve) => {
      const settle = (message: T | undefined) => {
        clearTimeout(timer)
        end()
        resolve(message)
      }
      const end = this.follow((message) => {
        if (wanted(message)) settle(message)
      })
      const timer = setTimeout(settle, waitMs, undefined)
    })
  }

  /** For another process, by `?customer=&after=&waitMs=`: what is after a cursor; the first is waited for. */
  async page(query: URLSearchParams): Promise<{ readonly messages: readonly T[]; readonly next: number }> {
    const customer = query.get('customer')
    const after = Number(query.get('after') ?? 0)
    const wanted = ({ seq, to }: T) => seq > after && (customer === null || [to].flat().includes(customer))
    await this.waitFor(wanted, after, Math.min(MAX_WAIT_MS, Number(query.get('waitMs') ?? 0)))
    return { messages: this.#all.filter(wanted), next: this.lastSeq }
  }
}
