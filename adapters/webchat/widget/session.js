import { Backoff } from './backoff.js'

/** @import { Answer, Host, StoredSession } from './types.d.ts' */

/**
 * Who this browser is. A visitor comes into being with the first message and is kept by the host only then; a customer whom
 * the tenant vouches for is known from `identify` on.
 *
 * Changes of who this is happen one after another, and a message that is written meanwhile waits for them: it is from
 * whoever the browser is then, never from a visitor whose thread nobody will show.
 */
export class Session {
  #connectionId
  #host
  #call
  /** @type {StoredSession | undefined} */
  #current
  /** True once the host keeps it. */
  #kept = false
  /** Settles with the last change that was asked for. @type {Promise<unknown>} */
  #turn = Promise.resolve()
  /** Counts who this browser was asked to be: a newer wish ends the tries of an older one. */
  #wishes = 0
  #hurry = () => {}

  /**
   * @param {{ connectionId: string, host: Host, call: typeof import('./api.js').call }} deps
   */
  constructor({ connectionId, host, call }) {
    this.#connectionId = connectionId
    this.#host = host
    this.#call = call
  }

  /** @type {StoredSession | undefined} */
  get current() {
    return this.#current
  }

  /** Picks up what the host kept, and has it renewed; without an answer the old one serves on. */
  resume() {
    return this.#alone(async () => {
      const kept = await this.#host.read()
      if (kept === undefined) return
      this.#current = kept
      this.#kept = true
      await this.#open({ token: kept.token })
    })
  }

  /**
   * The session to write with, made now if need be. Two tabs that begin at once share one visitor: the lock lets the second
   * find what the first one kept.
   *
   * @returns {Promise<{ ok: true, session: StoredSession } | Extract<Answer, { ok: false }>>}
   */
  async toWrite() {
    for (let turn; turn !== this.#turn; ) {
      turn = this.#turn
      await turn
    }
    return this.#alone(() => this.#sessionToWrite())
  }

  /** @returns {Promise<{ ok: true, session: StoredSession } | Extract<Answer, { ok: false }>>} */
  async #sessionToWrite() {
    if (this.#current !== undefined) {
      this.#keep()
      return { ok: true, session: this.#current }
    }
    return exclusively(`parley.webchat.${this.#connectionId}`, async () => {
      this.#current ??= await this.#host.read()
      const opened = this.#current === undefined ? await this.#open({}) : undefined
      if (opened !== undefined && !opened.ok) return opened
      if (this.#current === undefined) return { ok: false, status: 0, retryable: true, code: 'no-session', detail: '' }
      this.#keep()
      return { ok: true, session: this.#current }
    })
  }

  /**
   * Becomes the customer whom the signed identity names, over as many tries as it takes: a server that is away for a moment
   * does not make a stranger of them.
   *
   * @param {string} identity
   * @returns {Promise<Answer>} retryable only when somebody else was asked for meanwhile
   */
  identify(identity) {
    const wish = this.#wish()
    return this.#alone(async () => {
      const backoff = new Backoff()
      for (;;) {
        const token = this.#current?.token
        const answer = await this.#open({ identity, ...(token !== undefined && { token }) })
        if (answer.ok || !answer.retryable || wish !== this.#wishes) return answer
        await new Promise((resolve) => {
          this.#hurry = () => resolve(undefined)
          backoff.schedule(this.#hurry, answer.retryAfterMs)
        })
      }
    })
  }

  /** Nobody in particular again, also when an identity was still on its way. */
  leave() {
    this.#wish()
    return this.#alone(async () => this.forget())
  }

  #wish() {
    this.#hurry()
    return ++this.#wishes
  }

  /** Forgets who this was. */
  forget() {
    this.#current = undefined
    this.#kept = false
    this.#host.clear()
  }

  /**
   * @param {{ token?: string, identity?: string }} body
   * @returns {Promise<Answer>}
   */
  async #open(body) {
    const opened = await this.#call('POST', `/api/webchat/${this.#connectionId}/session`, { body })
    if (!opened.ok) return opened
    this.#current = { token: opened.body.token, participantId: opened.body.participantId }
    if (this.#kept) this.#host.save(this.#current)
    return opened
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #alone(work) {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  #keep() {
    if (this.#kept || this.#current === undefined) return
    this.#kept = true
    this.#host.save(this.#current)
  }
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function exclusively(name, work) {
  // Web Locks exist in secure contexts only; without them two tabs may become two visitors, and nothing worse.
  const locks = globalThis.navigator?.locks
  return locks === undefined ? work() : locks.request(name, work)
}
