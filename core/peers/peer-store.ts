import type { Knex } from 'knex'
import { asUnavailable } from '../data/unavailable.ts'
import type { Offers } from './bridged.ts'

export interface Peer {
  readonly id: string
  /** `http://10.0.3.7:3000` */
  readonly url: string
  readonly offers: Offers
}

/** Who is there, as all processes see it. @throws UnavailableError */
export class PeerStore {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** Says that `self` is there, drops who has been silent since `silentSince`, and gives all the others. */
  async beat(self: Peer, now: Date, silentSince: Date): Promise<readonly Peer[]> {
    return this.#asked(async () => {
      const row = { id: self.id, url: self.url, offers: JSON.stringify(self.offers), seen_at: now }
      await this.#table().insert(row).onConflict('id').merge()
      await this.#table().where('seen_at', '<', silentSince).delete()
      return this.#table().whereNot({ id: self.id }).orderBy('id').select('id', 'url', 'offers')
    })
  }

  async leave(id: string): Promise<void> {
    await this.#asked(async () => void (await this.#table().where({ id }).delete()))
  }

  #table() {
    return this.#knex('parley.peer')
  }

  async #asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}
