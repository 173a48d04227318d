/**
 * How many calls of one remote may be under way. A remote that takes calls and answers none would otherwise hold up, until
 * their time is over, all that this process may send at once: those of every other channel.
 */
export class UnderWay {
  readonly #counts = new Map<string, number>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  isFull(url: string): boolean {
    return (this.#counts.get(url) ?? 0) >= this.#most
  }

  async run<T>(url: string, work: () => Promise<T>): Promise<T> {
    this.#counts.set(url, (this.#counts.get(url) ?? 0) + 1)
    try {
      return await work()
    } finally {
      const left = (this.#counts.get(url) ?? 1) - 1
      if (left === 0) this.#counts.delete(url)
      else this.#counts.set(url, left)
    }
  }
}
