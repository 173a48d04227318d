import type { ConversationStatus } from '@parley/core'

/**
 * The life of a conversation: `open` (needs somebody), `pending` (waits for the customer, or a bot works on it), `snoozed`
 * (comes back at a time), `resolved`. A customer's message wakes a snoozed one and reopens a pending one unless a bot holds it.
 * A resolved one is reopened for `reopenHours`; after that, or when it lay idle for `expireAfterHours`, the next message
 * opens a new conversation in the same thread, which still knows the contact.
 *
 * What a machine wrote (`automatic`) changes no state: it is read where the conversation stands, and a conversation that it
 * opens is `pending`, as nobody waits for an answer.
 */
export interface ConversationState {
  readonly status: ConversationStatus
  readonly holder: 'none' | 'bot' | 'human'
  readonly lastMessageAt: Date
  readonly resolvedAt: Date | null
}

export interface ConversationTimes {
  readonly expireAfterHours: number
  readonly reopenHours: number
}

export type Arrival =
  | { readonly conversation: 'new'; readonly status: 'open' | 'pending'; readonly expired: boolean }
  | { readonly conversation: 'same'; readonly status: ConversationStatus }

const HOUR = 3_600_000

/** Where a customer's message goes. `expired` says that the old conversation still has to be closed. */
export function arrive(
  current: ConversationState | undefined,
  times: ConversationTimes,
  now: Date,
  automatic = false,
): Arrival {
  if (current === undefined) return { conversation: 'new', status: automatic ? 'pending' : 'open', expired: false }
  if (automatic) return { conversation: 'same', status: current.status }
  if (current.status === 'resolved') {
    const closedFor = now.getTime() - (current.resolvedAt ?? current.lastMessageAt).getTime()
    const reopens = closedFor < times.reopenHours * HOUR
    return reopens ? { conversation: 'same', status: 'open' } : { conversation: 'new', status: 'open', expired: false }
  }
  if (isIdle(current, times, now)) return { conversation: 'new', status: 'open', expired: true }
  if (current.status === 'pending' && current.holder === 'bot') return { conversation: 'same', status: 'pending' }
  return { conversation: 'same', status: 'open' }
}

/** A snoozed conversation is not idle: somebody wants it back. */
export function isIdle(current: ConversationState, times: ConversationTimes, now: Date): boolean {
  if (current.status !== 'open' && current.status !== 'pending') return false
  return now.getTime() - current.lastMessageAt.getTime() >= times.expireAfterHours * HOUR
}
