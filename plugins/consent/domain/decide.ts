import type { ConsentMeans, ConsentWish, DecidedWish } from '@parley/core'

/** A wish as it is kept: of a contact, of one merged into it, or of one of its addresses. */
export interface KeptWish {
  readonly subject: string
  /** A channel's key, or `*`. */
  readonly channel: string
  readonly purpose: string
  readonly wish: ConsentWish
  readonly means: ConsentMeans
  readonly changedAt: Date
}

/**
 * What counts, by purpose. Of one subject the latest word counts, whether it was said about the channel or about every
 * channel. Between subjects the strictest counts: one person who became two contacts and objected once has objected. Only
 * the very address that is to be written to may say otherwise, later: a START from the phone that is answered.
 */
export function decide(wishes: readonly KeptWish[], ownAddress: string | undefined): Record<string, DecidedWish> {
  const latest = new Map<string, KeptWish>()
  for (const wish of wishes) {
    const place = JSON.stringify([wish.purpose, wish.subject])
    const known = latest.get(place)
    if (known === undefined || known.changedAt < wish.changedAt) latest.set(place, wish)
  }
  const purposes = Map.groupBy(latest.values(), ({ purpose }) => purpose)
  return Object.fromEntries(
    [...purposes].flatMap(([purpose, said]) => {
      const winner = strictest(said, ownAddress)
      return winner === undefined ? [] : [[purpose, decided(winner)]]
    }),
  )
}

function strictest(said: readonly KeptWish[], ownAddress: string | undefined): KeptWish | undefined {
  const newest = said.toSorted((one, other) => other.changedAt.getTime() - one.changedAt.getTime())
  const objection = newest.find(({ wish }) => wish === 'opt-out')
  if (objection === undefined) return newest[0]
  const own = newest.find(({ subject }) => subject === ownAddress)
  return own?.wish === 'opt-in' && own.changedAt > objection.changedAt ? own : objection
}

function decided({ wish, means, changedAt }: KeptWish): DecidedWish {
  return { wish, means, at: changedAt }
}
