const FIRST_MS = 500
const MOST_MS = 15_000

/**
 * How long to wait before the next try: doubles up to 15 s, and half of it is chance, so that all pages of a restarted server
 * do not come back at once.
 *
 * @param {number} attempt 0 for the first
 * @param {() => number} [random]
 */
export function backoff(attempt, random = Math.random) {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** attempt)
  return most / 2 + (random() * most) / 2
}

/** One timer at a time, each wait longer than the last until `reset`. */
export class Backoff {
  #attempt = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /**
   * @param {() => void} run
   * @param {number} [atLeastMs] what the server asked for
   */
  schedule(run, atLeastMs = 0) {
    if (this.#timer !== undefined) return
    const wait = Math.max(atLeastMs, backoff(this.#attempt++))
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      run()
    }, wait)
  }

  reset() {
    this.#attempt = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
