import { defineManyPort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'

/** `refused`: we may not read it. `unavailable`: the manager cannot be asked now. */
export type SecretsFailure = 'not-found' | 'refused' | 'unavailable'

/**
 * Where secrets are managed. Read-only: a secret is made and rotated where it lives. The kernel itself provides `environment`
 * and `file`. An adapter that provides one asks for no ports: settings may lie there that the kernel needs to start.
 */
export interface SecretsSource {
  /** The latest version; the name as the manager knows it. What is read is kept nowhere. */
  read(name: string): Promise<Result<{ readonly value: string; readonly version: string }, SecretsFailure>>
}

export const secretsSource = defineManyPort<SecretsSource>('secrets-source')
