import { definePort, type Port } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { SelectRefusal } from '../../tenancy/select.ts'

export type { SelectRefusal }

/** Who serves a tenant, where several could: by its bindings, then region and currency, then priority. */
export interface ProviderSelection {
  /**
   * The key is to be stored with what it serves (a charge, a meeting): every follow-up goes by it, whatever is bound later
   * and whether or not it still serves new ones.
   */
  choose(
    port: Port<unknown, 'many'>,
    tenantId: string,
    asked?: { readonly region?: string; readonly currency?: string },
  ): Promise<Result<{ readonly key: string }, SelectRefusal>>
}

export const providerSelection = definePort<ProviderSelection>('provider-selection')
