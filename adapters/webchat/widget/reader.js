import { Backoff } from './backoff.js'
import { merge, unsettled } from './thread.js'

/** @import { Message, State } from './types.d.ts' */

/** As many receipts in one call as the server takes. */
const RECEIPTS = 50

/**
 * Reads the thread on from the cursor: the only way messages get in. Pushes, reconnections and waking up all just call `pull`,
 * so none of them can leave a gap or show anything twice.
 */
export class Reader {
  #deps
  #busy = false
  #again = false
  #backoff = new Backoff()
  #settling = new Backoff()
  /** Status last reported by message. @type {Map<string, 'delivered' | 'read'>} */
  #reported = new Map()

  /**
   * @param {{
   *   store: import('./store.js').Store,
   *   session: import('./session.js').Session,
   *   outbox: import('./outbox.js').Outbox,
   *   call: typeof import('./api.js').call,
   *   arrived: (messages: readonly Message[]) => void,
   *   refused: () => void,
   * }} deps `arrived`: messages of the other side that the page did not know. `refused`: our session is not known any more.
   */
  constructor(deps) {
    this.#deps = deps
  }

  /** Reads until nothing is left; called again meanwhile, it reads once more. */
  async pull() {
    this.#again = true
    if (this.#busy) return
    this.#busy = true
    try {
      while (this.#again) {
        this.#again = false
        if (!(await this.#page())) return
      }
      this.#settle()
    } finally {
      this.#busy = false
    }
    await this.report()
  }

  /** The thread of somebody else from now on. */
  reset() {
    this.#reported.clear()
    this.#backoff.reset()
    this.#settling.reset()
  }

  /** @returns {Promise<boolean>} false: later */
  async #page() {
    const { store, session, call, refused } = this.#deps
    const token = session.current?.token
    if (token === undefined) {
      store.set({ ready: true })
      return false
    }
    const answer = await call('GET', `/api/webchat/messages?after=${store.state.cursor}`, { token })
    if (session.current?.token !== token) {
      this.#again = true
      return true
    }
    if (answer.ok) {
      this.#backoff.reset()
      this.#take(answer.body)
      return true
    }
    if (answer.status === 401) {
      refused()
      return false
    }
    if (answer.status === 0 || answer.status >= 500) store.set({ offline: true })
    this.#backoff.schedule(() => void this.pull(), answer.retryAfterMs)
    return false
  }

  /** @param {{ messages: Message[], cursor: number, more: boolean }} page */
  #take({ messages, cursor, more }) {
    const { store, outbox, arrived } = this.#deps
    const { state } = store
    const merged = merge(state.messages, messages)
    const left = unsettled(state.pending, merged)
    for (const { id, previewUrl } of state.pending) {
      if (left.some((one) => one.id === id)) continue
      outbox.drop(id)
      if (previewUrl !== undefined) URL.revokeObjectURL(previewUrl)
    }
    const fresh = messages.filter(({ id, from }) => from === 'us' && !state.messages.has(id))
    store.set({ messages: merged, pending: left, cursor, offline: false, ready: state.ready || !more })
    if (fresh.length > 0) arrived(fresh)
    if (more) this.#again = true
  }

  /** The server has stored a message of ours that the thread does not show yet: it will in a moment. */
  #settle() {
    if (this.#deps.store.state.pending.some(({ state }) => state === 'sent')) {
      this.#settling.schedule(() => void this.pull())
    } else this.#settling.reset()
  }

  /** Tells what arrived and, while the chat is in sight, what was seen. */
  async report() {
    const { state } = this.#deps.store
    const status = state.visible ? 'read' : 'delivered'
    const due = [...state.messages.values()].filter((message) => this.#isDue(message, status))
    due.sort((a, b) => a.revision - b.revision)
    for (let at = 0; at < due.length; at += RECEIPTS) await this.#send(due.slice(at, at + RECEIPTS), status)
  }

  /**
   * @param {Message} message
   * @param {'delivered' | 'read'} status
   */
  #isDue({ id, from, status: now }, status) {
    if (from !== 'us' || now === 'read' || now === 'played') return false
    const told = this.#reported.get(id)
    if (status === 'delivered') return told === undefined && now !== 'delivered'
    return told !== 'read'
  }

  /**
   * @param {readonly Message[]} due
   * @param {'delivered' | 'read'} status
   */
  async #send(due, status) {
    const { session, call } = this.#deps
    const token = session.current?.token
    const first = due[0]
    if (token === undefined || first === undefined) return
    for (const { id } of due) this.#reported.set(id, status)
    const body = { status, after: Math.max(0, first.revision - 1), messages: due.map(({ id }) => id) }
    const answer = await call('POST', '/api/webchat/receipts', { token, body })
    if (answer.ok || !answer.retryable) return
    for (const { id } of due) this.#reported.delete(id)
    this.#backoff.schedule(() => void this.pull(), answer.retryAfterMs)
  }

  /** @param {State} state */
  static unread({ messages }) {
    return [...messages.values()].filter(
      ({ from, status }) => from === 'us' && status !== 'read' && status !== 'played',
    )
  }
}
