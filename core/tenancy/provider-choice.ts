import type { ProviderRegistry, RegisteredProvider } from '../kernel/providers.ts'
import { type Port, portName } from '../plugin/port.ts'
import type { Result } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { Gate } from './gate.ts'
import { type Choice, type SelectRefusal, select } from './select.ts'

/** Chooses among the providers of a port for a tenant, by its binding, region and currency. */
export class ProviderChoice {
  readonly #providers: ProviderRegistry
  readonly #gate: Gate
  readonly #database: Database
  readonly #clock: Clock

  constructor(options: { providers: ProviderRegistry; gate: Gate; database: Database; clock: Clock }) {
    this.#providers = options.providers
    this.#gate = options.gate
    this.#database = options.database
    this.#clock = options.clock
  }

  /** The key is to be stored with what it serves; every follow-up goes by it, whatever is bound later. */
  async choose(
    port: Port<unknown>,
    tenantId: string,
    choice: Omit<Choice, 'binding'> = {},
  ): Promise<Result<{ key: string; value: unknown }, SelectRefusal>> {
    const providers = this.#providers.all(port)
    const candidates = await Promise.all(providers.map((provider) => this.#candidate(provider, tenantId)))
    const binding = await this.bindingOf(port, tenantId)
    const chosen = select(candidates, binding === undefined ? choice : { ...choice, binding })
    if (!chosen.ok) return chosen
    return { ...chosen, value: providers.find((provider) => provider.key === chosen.key)?.value }
  }

  async bindingOf(port: Port<unknown>, tenantId: string): Promise<string | undefined> {
    return this.#database.transaction(tenantId, async ({ trx }) => {
      const bound = await trx('parley.provider_binding')
        .where({ tenant_id: tenantId, port: portName(port) })
        .first('key')
      return bound?.key
    })
  }

  /** Binds the tenant to a provider; `null` takes the binding back. */
  async bind(port: Port<unknown>, tenantId: string, key: string | null): Promise<void> {
    await this.#database.transaction(tenantId, async ({ trx }) => {
      const where = { tenant_id: tenantId, port: portName(port) }
      if (key === null) await trx('parley.provider_binding').where(where).delete()
      else {
        const change = { key, updated_at: this.#clock.now() }
        await trx('parley.provider_binding')
          .insert({ ...where, ...change })
          .onConflict(['tenant_id', 'port'])
          .merge(change)
      }
    })
  }

  async #candidate(provider: RegisteredProvider, tenantId: string) {
    return { ...provider, enabled: await this.#gate(provider.pluginId, tenantId) }
  }
}
