/** @import { Message, Pending } from './types.d.ts' */

/** Messages of one writer this close to each other stand as one group. */
const GROUP_MS = 5 * 60_000

/**
 * What the page knows, with what it just read: of two versions of a message the higher revision stays.
 *
 * @param {ReadonlyMap<string, Message>} known
 * @param {readonly Message[]} read
 * @returns {ReadonlyMap<string, Message>}
 */
export function merge(known, read) {
  const merged = new Map(known)
  for (const message of read) {
    const before = merged.get(message.id)
    if (before === undefined || before.revision <= message.revision) merged.set(message.id, message)
  }
  return merged
}

/**
 * What is still on its way once the thread shows `messages`.
 *
 * @param {readonly Pending[]} pending
 * @param {ReadonlyMap<string, Message>} messages
 */
export function unsettled(pending, messages) {
  const shown = new Set([...messages.values()].map(({ externalId }) => externalId))
  return pending.filter(({ id }) => !shown.has(id))
}

/** @param {ReadonlyMap<string, Message>} messages */
export function inOrder(messages) {
  return [...messages.values()].sort((a, b) => a.seq - b.seq)
}

/**
 * @typedef {{ key: string, at: number, mine: boolean, message?: Message, pending?: Pending }} Entry
 * @typedef {{ type: 'day', key: string, at: number }
 *   | { type: 'entry', key: string, entry: Entry, first: boolean, last: boolean }} Row
 */

/**
 * The rows to draw: the thread in its order, then what is on its way, with a line per day and runs of one writer grouped.
 * A message keeps its key from the moment it is typed until the thread shows it.
 *
 * @param {ReadonlyMap<string, Message>} messages
 * @param {readonly Pending[]} pending
 * @returns {Row[]}
 */
export function rows(messages, pending) {
  /** @type {Entry[]} */
  const entries = [
    ...inOrder(messages).map((message) => ({
      key: message.externalId !== undefined && message.from === 'visitor' ? message.externalId : message.id,
      at: Date.parse(message.createdAt),
      mine: message.from === 'visitor',
      message,
    })),
    ...unsettled(pending, messages).map((one) => ({ key: one.id, at: one.at, mine: true, pending: one })),
  ]
  return entries.flatMap((entry, i) => {
    const before = entries[i - 1]
    const newDay = before === undefined || dayOf(before.at) !== dayOf(entry.at)
    /** @type {Row} */
    const row = {
      type: 'entry',
      key: entry.key,
      entry,
      first: newDay || !together(before, entry),
      last: !together(entry, entries[i + 1]),
    }
    return newDay ? [{ type: 'day', key: `day-${dayOf(entry.at)}-${entry.key}`, at: entry.at }, row] : [row]
  })
}

/**
 * The row whose choices can still be taken: the last one, not counting what was never sent.
 *
 * @param {readonly Row[]} lines
 */
export function latestKey(lines) {
  return lines.findLast((row) => row.type === 'entry' && row.entry.pending?.state !== 'failed')?.key
}

/**
 * @param {Entry} a
 * @param {Entry | undefined} b
 */
function together(a, b) {
  if (b === undefined || a.mine !== b.mine || dayOf(a.at) !== dayOf(b.at)) return false
  return a.message?.author === b.message?.author && b.at - a.at < GROUP_MS
}

/** @param {number} at */
function dayOf(at) {
  return new Date(at).toDateString()
}
