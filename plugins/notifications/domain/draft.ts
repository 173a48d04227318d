import type { NotificationChannel } from '@parley/core'

/** A notification for one person, before their wishes are known. */
export interface Draft {
  readonly userId: string
  readonly kind: string
  readonly title: string
  readonly body: string
  readonly link?: string
  readonly group?: string
  /** How many happenings it stands for. */
  readonly count: number
  /** Where it goes when the person never chose. */
  readonly channels: readonly NotificationChannel[]
}

/** Drafts of one person and group as one, the newest words with all counts; the order of the first stays. */
export function merged(drafts: readonly Draft[]): readonly Draft[] {
  const byPlace = new Map<string, Draft>()
  for (const [index, draft] of drafts.entries()) {
    const place = JSON.stringify([draft.userId, draft.kind, draft.group ?? index])
    const known = byPlace.get(place)
    byPlace.set(place, known === undefined ? draft : { ...draft, count: known.count + draft.count })
  }
  return [...byPlace.values()]
}
