/** @import { State } from './types.d.ts' */

/** @returns {State} */
export function initialState() {
  return { messages: new Map(), pending: [], cursor: 0, offline: false, ready: false, visible: true }
}

/** The page's state, replaced as a whole; whoever draws it is told at most once per frame of work. */
export class Store {
  /** @type {State} */
  #state
  /** @type {Set<(state: State) => void>} */
  #listeners = new Set()
  #told = true

  /** @param {State} [state] */
  constructor(state = initialState()) {
    this.#state = state
  }

  get state() {
    return this.#state
  }

  /** @param {Partial<State>} patch */
  set(patch) {
    this.#state = { ...this.#state, ...patch }
    if (!this.#told) return
    this.#told = false
    queueMicrotask(() => {
      this.#told = true
      for (const listener of this.#listeners) listener(this.#state)
    })
  }

  /** @param {(state: State) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener)
  }
}
