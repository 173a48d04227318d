import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'

/**
 * What a call with a key came to. `refused`: the service does not take the key. `throttled`: too many calls with it.
 * `exhausted`: its quota is used up. With any of them the key rests and the next one is tried; a failure that is not the
 * key's is thrown, and ends the attempt.
 */
export type KeyedCall<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly failure: 'refused' | 'throttled' | 'exhausted'
      /** As the service says (Retry-After); a default for the failure otherwise. */
      readonly retryAfterMs?: number
    }

/** `no-key`: there is none. `all-resting`: each has failed lately; `retryable`. */
export type ProviderKeyRefusal = 'no-key' | 'all-resting'

export interface ProviderKeyUse {
  /** Also the installation's own keys, behind those of the tenant. Default: never, as they are somebody else's money. */
  readonly shared?: boolean
}

/** Keys for a service that is called with one: several for each, used by priority, the failing ones resting. */
export interface ProviderKeys {
  /** Calls with the best key that does not rest, then with the next, until one does. */
  use<T>(
    tenantId: string,
    provider: string,
    call: (secret: string) => Promise<KeyedCall<T>>,
    options?: ProviderKeyUse,
  ): Promise<Result<{ readonly value: T; readonly keyId: string }, ProviderKeyRefusal>>
}

export const providerKeys = definePort<ProviderKeys>('provider-keys')
