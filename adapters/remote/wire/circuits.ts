import { LRUCache } from 'lru-cache'

interface Circuit {
  readonly failures: number
  /** Nobody calls before; milliseconds since the epoch. */
  readonly openUntil: number
}

/**
 * Leaves a remote alone that is away, so that no send waits out a time limit for nothing. By address:
 *
 * closed → (so many failures in a row) → open → (its time is up: one call is let through) → closed, or open for twice as long.
 *
 * In the memory of this process: each finds out for itself.
 */
export class Circuits {
  readonly #circuits: LRUCache<string, Circuit>
  readonly #limits: { readonly failures: number; readonly baseMs: number; readonly capMs: number }

  constructor(limits: { failures: number; baseMs: number; capMs: number; max: number }) {
    this.#limits = limits
    this.#circuits = new LRUCache({ max: limits.max })
  }

  /** Milliseconds to wait; 0 when a call may go now. An open circuit whose time is up lets one go, and the others wait for it. */
  wait(url: string, now: number): number {
    const circuit = this.#circuits.get(url)
    if (circuit === undefined || circuit.failures < this.#limits.failures) return 0
    if (circuit.openUntil > now) return circuit.openUntil - now
    this.#circuits.set(url, { ...circuit, openUntil: now + this.#limits.baseMs })
    return 0
  }

  answered(url: string): void {
    this.#circuits.delete(url)
  }

  failed(url: string, now: number): void {
    const failures = (this.#circuits.get(url)?.failures ?? 0) + 1
    const { baseMs, capMs, failures: limit } = this.#limits
    const pause = Math.min(capMs, baseMs * 2 ** Math.max(0, Math.min(20, failures - limit)))
    this.#circuits.set(url, { failures, openUntil: failures < limit ? 0 : now + pause })
  }

  isOpen(url: string, now: number): boolean {
    const circuit = this.#circuits.get(url)
    return circuit !== undefined && circuit.failures >= this.#limits.failures && circuit.openUntil > now
  }
}
