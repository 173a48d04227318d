/** Work of one key one after another, keys side by side. A key is forgotten once nothing of it is left. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>()

  /** `work` must not throw: what comes after it would not be done. */
  run(key: string, work: () => Promise<void>): Promise<void> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(work)
    this.#last.set(key, mine)
    return mine.finally(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key)
    })
  }
}
