import { Live } from './live.js'
import { Reader } from './reader.js'
import { Sender } from './sender.js'

/** @import { Config, Host, Pending, State } from './types.d.ts' */

/**
 * The chat without its looks: what a visitor can do, and what follows from it. Session, sending, reading and the socket each
 * mind their own business; this ties them together.
 */
export class Chat {
  #store
  #session
  #outbox
  #host
  #config
  #sender
  #reader
  #live

  /**
   * @param {{
   *   config: Config,
   *   store: import('./store.js').Store,
   *   session: import('./session.js').Session,
   *   outbox: import('./outbox.js').Outbox,
   *   host: Host,
   *   call: typeof import('./api.js').call,
   *   upload: typeof import('./upload.js').upload,
   *   Client: new (url: any) => any,
   *   socketUrl: string,
   *   arrived?: () => void,
   * }} deps
   */
  constructor({ config, store, session, outbox, host, call, upload, Client, socketUrl, arrived = () => {} }) {
    this.#config = config
    this.#store = store
    this.#session = session
    this.#outbox = outbox
    this.#host = host
    const refused = () => this.#refused()
    this.#reader = new Reader({ store, session, outbox, call, arrived, refused })
    this.#sender = new Sender({ store, session, outbox, call, upload, refused, accepted: () => this.#accepted() })
    this.#live = new Live({
      Client,
      url: socketUrl,
      session,
      hint: () => void this.#reader.pull(),
      status: (up) => store.set({ offline: !up }),
    })
    store.subscribe((state) => host.unread(state.visible ? 0 : Reader.unread(state).length))
  }

  /** Picks up where this browser left off. */
  async start() {
    this.#store.set({ pending: this.#outbox.load() })
    await this.#session.resume()
    this.wake()
  }

  /** The network may be back, or the page was asleep. */
  wake() {
    this.#live.wake()
    void this.#reader.pull()
    void this.#sender.flush()
  }

  /**
   * @param {string} text
   * @param {{ payload: string, source: 'button' | 'list' }} [tap]
   */
  say(text, tap) {
    this.#send({ text, ...tap })
  }

  /**
   * The server looks at the content and has the last word; this only spares the way there.
   *
   * @param {File} file
   * @returns {'too-large' | 'empty' | 'type' | undefined} why it is not sent
   */
  attach(file) {
    const { maxFileBytes, accept } = this.#config
    if (file.size > maxFileBytes) return 'too-large'
    if (file.size === 0) return 'empty'
    if (file.type !== '' && !accept.split(',').includes(file.type)) return 'type'
    const previewUrl = file.type.startsWith('image/') ? { previewUrl: URL.createObjectURL(file) } : {}
    this.#send({ file, fileName: file.name, mimeType: file.type, progress: 0, ...previewUrl })
    return undefined
  }

  /** @param {string} id */
  retry(id) {
    this.#sender.retry(id)
  }

  /** @param {string} id */
  discard(id) {
    this.#sender.discard(id)
  }

  /** The chat came into sight, or went out of it. @param {boolean} visible */
  show(visible) {
    this.#store.set({ visible })
    if (visible) void this.#reader.report()
  }

  /** @param {string} identity a JWT signed by the tenant's server */
  async identify(identity) {
    const before = this.#session.current?.participantId
    const answer = await this.#session.identify(identity)
    if (!answer.ok) {
      if (!answer.retryable) this.#host.identityRefused(answer.detail)
      return
    }
    if (before !== this.#session.current?.participantId) this.#forgetThread()
    this.wake()
  }

  /** Nobody in particular again; this browser forgets everything. */
  async logout() {
    await this.#session.leave()
    this.#outbox.clear()
    this.#store.set({ pending: [], ready: true })
    this.#forgetThread()
  }

  /** @param {Partial<Pending>} what */
  #send(what) {
    this.#sender.add({ ...what, id: uuid(), at: Date.now(), state: 'sending' })
  }

  #accepted() {
    this.#live.wake()
    void this.#reader.pull()
  }

  /** The server does not know our session any more: what is not sent yet goes out as a new visitor. */
  #refused() {
    this.#session.forget()
    for (const { id, state } of this.#store.state.pending) if (state === 'sent') this.#sender.discard(id)
    this.#forgetThread()
    void this.#sender.flush()
  }

  #forgetThread() {
    this.#live.close()
    this.#reader.reset()
    /** @type {Partial<State>} */
    const nothing = { messages: new Map(), cursor: 0 }
    this.#store.set(nothing)
  }
}

/** `crypto.randomUUID` exists in secure contexts only; the numbers do not need one. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
