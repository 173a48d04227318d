import type { Clock } from '../plugin/services.ts'

/** A clock that stands still until a test moves it; whoever waits for a time by this clock is told at once. */
export class TestClock implements Clock {
  #millis: number
  readonly #listeners = new Set<(jumpMs: number) => void>()

  constructor(start: Date | string = '2026-01-05T09:00:00.000Z') {
    this.#millis = new Date(start).getTime()
  }

  now(): Date {
    return new Date(this.#millis)
  }

  millis(): number {
    return this.#millis
  }

  /** @param ms may be a year; negative goes back */
  advance(ms: number): void {
    this.#millis += ms
    for (const listener of [...this.#listeners]) listener(ms)
  }

  set(date: Date | string): void {
    this.advance(new Date(date).getTime() - this.#millis)
  }

  onJump(listener: (jumpMs: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
