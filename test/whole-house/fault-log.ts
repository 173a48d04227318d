import { inspect } from 'node:util'
import type { Logger } from '@parley/core'

/** Keeps what is logged as an error, for a test to say why something failed. */
export class FaultLog implements Logger {
  readonly faults: string[] = []

  debug(): void {}
  info(): void {}
  warn(): void {}

  error(fields: object, message: string): void {
    this.faults.push(`${message}: ${inspect(fields, { depth: 4 })}`)
  }

  child(): Logger {
    return this
  }
}
