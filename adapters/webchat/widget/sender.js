import { Backoff } from './backoff.js'

/** @import { Answer, Pending } from './types.d.ts' */

/**
 * Sends one message after the other, in the order they were written.
 *
 * A message is `sending` until the server has stored it, over as many tries as it takes and always with the same id; then
 * `sent`, until the thread shows it; or `failed` when the server refuses it, and the visitor may try again or let it go.
 */
export class Sender {
  #deps
  #busy = false
  /** What the last try was made with. @type {string | undefined} */
  #token
  #backoff = new Backoff()

  /**
   * @param {{
   *   store: import('./store.js').Store,
   *   session: import('./session.js').Session,
   *   outbox: import('./outbox.js').Outbox,
   *   call: typeof import('./api.js').call,
   *   upload: typeof import('./upload.js').upload,
   *   accepted: () => void,
   *   refused: () => void,
   * }} deps `accepted`: the server has stored one. `refused`: it does not know our session any more.
   */
  constructor(deps) {
    this.#deps = deps
  }

  /** @param {Pending} pending */
  add(pending) {
    const { store, outbox } = this.#deps
    store.set({ pending: [...store.state.pending, pending] })
    outbox.keep(pending)
    void this.flush()
  }

  /** @param {string} id */
  retry(id) {
    this.#change(id, { state: 'sending' })
    void this.flush()
  }

  /** @param {string} id */
  discard(id) {
    const { store, outbox } = this.#deps
    outbox.drop(id)
    store.set({ pending: store.state.pending.filter((one) => one.id !== id) })
  }

  /** Sends what waits; told again while at it, it goes on. */
  async flush() {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const answer = await this.#deliver(next)
        if (!this.#settle(next, answer)) return
      }
    } finally {
      this.#busy = false
    }
  }

  #next() {
    return this.#deps.store.state.pending.find((one) => one.state === 'sending')
  }

  /** @param {Pending} pending */
  async #deliver(pending) {
    const { session, call } = this.#deps
    const opened = await session.toWrite()
    if (!opened.ok) return opened
    const { token } = opened.session
    this.#token = token
    const uploaded = await this.#uploaded(pending, token)
    if (!uploaded.ok) return uploaded
    const { id, text, payload, source } = pending
    const { ticket } = uploaded
    const body = {
      id,
      ...(text !== undefined && { text }),
      ...(payload !== undefined && { payload, source }),
      ...(ticket !== undefined && { file: ticket }),
    }
    return call('POST', '/api/webchat/messages', { token, body })
  }

  /**
   * @param {Pending} pending
   * @param {string} token
   * @returns {Promise<{ ok: true, ticket: string | undefined } | Extract<Answer, { ok: false }>>}
   */
  async #uploaded(pending, token) {
    const { outbox, upload } = this.#deps
    if (pending.ticket !== undefined || pending.file === undefined) return { ok: true, ticket: pending.ticket }
    const answer = await upload(token, pending.file, (progress) => this.#change(pending.id, { progress }))
    if (!answer.ok) return answer
    const { file: ticket, mimeType, fileName } = answer.body
    const changed = this.#change(pending.id, { ticket, mimeType, fileName, progress: 1 })
    if (changed !== undefined) outbox.keep(changed)
    return { ok: true, ticket }
  }

  /**
   * @param {Pending} pending
   * @param {Answer} answer
   * @returns {boolean} true when the next one may go
   */
  #settle(pending, answer) {
    const { store, session, accepted, refused } = this.#deps
    if (answer.ok) {
      this.#backoff.reset()
      store.set({ offline: false })
      this.#change(pending.id, { state: 'sent' })
      accepted()
      return true
    }
    const stranger = answer.status === 401
    // Somebody else may have noticed first, and we may be known again by now.
    if (stranger && session.current !== undefined && session.current.token === this.#token) refused()
    if (stranger || answer.retryable) {
      if (answer.status === 0 || answer.status >= 500) store.set({ offline: true })
      this.#backoff.schedule(() => void this.flush(), answer.retryAfterMs)
      return false
    }
    this.#change(pending.id, { state: 'failed', reason: answer.code })
    return true
  }

  /**
   * @param {string} id
   * @param {Partial<Pending>} patch
   */
  #change(id, patch) {
    const { store } = this.#deps
    const pending = store.state.pending.map((one) => (one.id === id ? { ...one, ...patch } : one))
    store.set({ pending })
    return pending.find((one) => one.id === id)
  }
}
