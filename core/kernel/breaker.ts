import type { Clock } from '../plugin/services.ts'

export interface BreakerSettings {
  /** Failures in a row that open the circuit. */
  readonly failures: number
  /** How long an open circuit refuses. */
  readonly openMs: number
}

/*
 * One circuit per key (plugin/handler/tenant):
 *
 *   closed ──failures in a row──→ open ──openMs──→ half-open ──success──→ closed
 *                                  ↑                   │
 *                                  └──────failure──────┘
 *
 * Half-open lets one call through at a time. Only circuits with failures are kept, so the map stays as small as the trouble.
 */
interface Circuit {
  failures: number
  openUntil: number
  trying: boolean
}

export class Breaker {
  readonly #circuits = new Map<string, Circuit>()
  readonly #clock: Clock
  readonly #settings: BreakerSettings

  constructor(clock: Clock, settings: BreakerSettings) {
    this.#clock = clock
    this.#settings = settings
  }

  /** Milliseconds to wait before the next try; 0 lets this call through, and its outcome must be reported. */
  waitMs(key: string): number {
    const circuit = this.#circuits.get(key)
    if (circuit === undefined || circuit.failures < this.#settings.failures) return 0
    const left = circuit.openUntil - this.#clock.millis()
    if (left > 0) return left
    if (circuit.trying) return this.#settings.openMs
    circuit.trying = true
    return 0
  }

  succeeded(key: string): void {
    this.#circuits.delete(key)
  }

  /** The call that was let through ended without saying anything about the handler. */
  released(key: string): void {
    const circuit = this.#circuits.get(key)
    if (circuit !== undefined) circuit.trying = false
  }

  /** `counts` false: a known failure again (a retry); it opens nothing, but an open circuit stays open. */
  failed(key: string, counts = true): void {
    const circuit = this.#circuits.get(key) ?? { failures: 0, openUntil: 0, trying: false }
    circuit.trying = false
    if (counts) circuit.failures += 1
    if (circuit.failures >= this.#settings.failures) circuit.openUntil = this.#clock.millis() + this.#settings.openMs
    if (circuit.failures > 0) this.#circuits.set(key, circuit)
  }

  /** Keys whose circuit is open or half-open. */
  open(): readonly string[] {
    return [...this.#circuits].filter(([, c]) => c.failures >= this.#settings.failures).map(([key]) => key)
  }
}
