import type { MessageStatus } from '@parley/core'

/**
 * The life of a message to a customer:
 *
 *     queued → sending → sent → delivered → read → played
 *        └────────┴──┬────┘
 *                 unknown (sent or not, nobody can tell yet), failed, cancelled
 *
 * News arrive late, twice and in any order, so a message moves only forward along the line. `unknown` gives way to any
 * evidence. `failed` is final and only reached before `delivered`. `cancelled` (taken back before it was sent) gives way
 * to proof that it went out after all.
 */
const RANK: Readonly<Record<MessageStatus, number>> = {
  received: 100,
  queued: 0,
  sending: 1,
  unknown: 2,
  cancelled: 2,
  sent: 3,
  delivered: 4,
  read: 5,
  played: 6,
  failed: 50,
}

/** Where `current` stands after hearing `news`: `news`, or `current` when the news are old. */
export function advance(current: MessageStatus, news: MessageStatus): MessageStatus {
  if (current === 'received' || current === 'failed' || current === news) return current
  if (news === 'failed') return RANK[current] < RANK.delivered ? news : current
  return RANK[news] > RANK[current] ? news : current
}
