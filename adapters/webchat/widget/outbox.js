/** @import { Pending } from './types.d.ts' */

/** What is kept of a message; a file that is not uploaded yet cannot be. */
const KEPT = /** @type {const} */ (['id', 'at', 'text', 'payload', 'source', 'ticket', 'fileName', 'mimeType'])

/**
 * Messages that the thread does not show yet, kept over reloads and restarts under one key each, so that two tabs never
 * overwrite each other's. They are sent again with the same id, which stores nothing twice.
 */
export class Outbox {
  #storage
  #prefix

  /**
   * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>} storage
   * @param {string} connectionId
   */
  constructor(storage, connectionId) {
    this.#storage = storage
    this.#prefix = `parley.webchat.${connectionId}.outbox.`
  }

  /** @param {Pending} pending */
  keep(pending) {
    if (pending.file !== undefined && pending.ticket === undefined) return
    const kept = Object.fromEntries(
      KEPT.flatMap((name) => (pending[name] === undefined ? [] : [[name, pending[name]]])),
    )
    try {
      this.#storage.setItem(this.#prefix + pending.id, JSON.stringify(kept))
    } catch {
      // The quota is used up: the message is still sent, it only would not survive a reload before that.
    }
  }

  /** @param {string} id */
  drop(id) {
    this.#storage.removeItem(this.#prefix + id)
  }

  clear() {
    for (const key of this.#keys()) this.#storage.removeItem(key)
  }

  /** @returns {Pending[]} oldest first, all of them to be sent again */
  load() {
    const found = this.#keys().flatMap((key) => {
      const pending = parsed(this.#storage.getItem(key))
      return pending === undefined ? [] : [{ ...pending, state: /** @type {const} */ ('sending') }]
    })
    return found.sort((a, b) => a.at - b.at)
  }

  #keys() {
    const all = Array.from({ length: this.#storage.length }, (_, at) => this.#storage.key(at) ?? '')
    return all.filter((key) => key.startsWith(this.#prefix))
  }
}

/**
 * @param {string | null} text
 * @returns {Omit<Pending, 'state'> | undefined}
 */
function parsed(text) {
  try {
    const value = JSON.parse(text ?? 'null')
    return typeof value?.id === 'string' && typeof value.at === 'number' ? value : undefined
  } catch {
    return undefined
  }
}
