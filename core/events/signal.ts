/**
 * A latch that a loop sleeps on. `wake` ends the sleep, or keeps the next one from beginning: a wake-up that comes while
 * the loop is busy is never lost.
 */
export class Signal {
  #woken = false
  #resolve: (() => void) | undefined

  wake(): void {
    this.#woken = true
    this.#resolve?.()
  }

  /** Sleeps until woken, at most `ms`. */
  async wait(ms = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.#woken) await this.#sleep(ms)
    this.#woken = false
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(ms, 0)) : undefined
      this.#resolve = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
