import type { Audit, AuditActor } from '../contracts/ports/audit.ts'
import type { ProviderRegistry, RegisteredProvider } from '../kernel/providers.ts'
import { type Port, portName } from '../plugin/port.ts'
import type { Result } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Gate } from './gate.ts'
import { type Choice, type SelectRefusal, select } from './select.ts'

/** What is asked for: ISO 3166 alpha-2, ISO 4217. */
export type Asked = Omit<Choice, 'binding'>

/** A tenant's decision: for this region and this currency (empty: any) that provider serves. */
export interface Binding {
  readonly region: string
  readonly currency: string
  readonly key: string
}

/** Chooses among the providers of a port for a tenant, by its bindings, region and currency. */
export class ProviderChoice {
  readonly #providers: ProviderRegistry
  readonly #gate: Gate
  readonly #database: Database
  readonly #clock: Clock
  readonly #audit: Audit | undefined

  constructor(options: { providers: ProviderRegistry; gate: Gate; database: Database; clock: Clock; audit?: Audit }) {
    this.#providers = options.providers
    this.#gate = options.gate
    this.#database = options.database
    this.#clock = options.clock
    this.#audit = options.audit
  }

  /** The key is to be stored with what it serves; every follow-up goes by it, whatever is bound later. */
  async choose(
    port: Port<unknown>,
    tenantId: string,
    asked: Asked = {},
  ): Promise<Result<{ key: string; value: unknown }, SelectRefusal>> {
    const providers = this.#providers.all(port)
    const candidates = await Promise.all(providers.map((provider) => this.#candidate(provider, tenantId)))
    const binding = closest(await this.bindings(port, tenantId), asked)
    const chosen = select(candidates, binding === undefined ? asked : { ...asked, binding: binding.key })
    if (!chosen.ok) return chosen
    return { ...chosen, value: providers.find((provider) => provider.key === chosen.key)?.value }
  }

  bindings(port: Port<unknown>, tenantId: string): Promise<readonly Binding[]> {
    return this.#database.transaction(tenantId, (uow) =>
      bindingsOf(uow, portName(port)).orderBy(['region', 'currency']).select('region', 'currency', 'key'),
    )
  }

  /** Binds the tenant to a provider, for a region, a currency, both or all; `null` takes the binding back. */
  async bind(
    port: Port<unknown>,
    tenantId: string,
    key: string | null,
    options: Asked & { by?: AuditActor } = {},
  ): Promise<void> {
    const { region = '', currency = '', by } = options
    await this.#database.transaction(tenantId, async (uow) => {
      const where = { region, currency }
      const before = await bindingsOf(uow, portName(port)).where(where).first('key')
      if (key === null) await bindingsOf(uow, portName(port)).where(where).delete()
      else {
        const change = { key, updated_at: this.#clock.now() }
        await uow
          .trx('parley.provider_binding')
          .insert({ tenant_id: tenantId, port: portName(port), ...where, ...change })
          .onConflict(['tenant_id', 'port', 'region', 'currency'])
          .merge(change)
      }
      if (by === undefined) return
      await this.#audit?.record(uow, {
        action: key === null ? 'provider.unbound' : 'provider.bound',
        target: { kind: 'port', id: portName(port) },
        actor: by,
        before: { ...where, key: before?.key ?? null },
        after: { ...where, key },
      })
    })
  }

  async #candidate(provider: RegisteredProvider, tenantId: string) {
    return { ...provider, enabled: await this.#gate(provider.pluginId, tenantId) }
  }
}

/** The binding that says most about what is asked for; a region counts before a currency. */
export function closest(bindings: readonly Binding[], { region = '', currency = '' }: Asked): Binding | undefined {
  const fitting = bindings.filter(
    (one) => (one.region === '' || one.region === region) && (one.currency === '' || one.currency === currency),
  )
  const weight = (one: Binding) => (one.region === '' ? 0 : 2) + (one.currency === '' ? 0 : 1)
  return fitting.toSorted((a, b) => weight(b) - weight(a))[0]
}

function bindingsOf({ trx, tenantId }: UnitOfWork, port: string) {
  return trx('parley.provider_binding').where({ tenant_id: tenantId, port })
}
