import Joi from 'joi'
import { auditActor } from '../../contracts/ports/audit.ts'
import { portName } from '../../plugin/port.ts'
import { defineRoute, ok, problem, type Route } from '../../plugin/route.ts'
import { KERNEL_ID } from '../../tenancy/gate.ts'
import type { ProviderChoice } from '../../tenancy/provider-choice.ts'
import type { ProviderRegistry } from '../providers.ts'

interface Parts {
  readonly providers: ProviderRegistry
  readonly choice: ProviderChoice
}

const tags = ['admin']
const providerSchema = Joi.object({
  key: Joi.string().required(),
  plugin: Joi.string().required(),
  regions: Joi.array().items(Joi.string()).required().description('Countries it serves; empty means all.'),
  currencies: Joi.array().items(Joi.string()).required().description('Currencies it serves; empty means all.'),
  priority: Joi.number().required(),
})
const portSchema = Joi.object({
  port: Joi.string().required().description('`channel@1`'),
  providers: Joi.array().items(providerSchema).required(),
  binding: Joi.string().allow(null).required().description('The provider that serves whatever no other binding names.'),
  bindings: Joi.array()
    .items(
      Joi.object({
        region: Joi.string().allow('').required(),
        currency: Joi.string().allow('').required(),
        key: Joi.string().required(),
      }),
    )
    .required()
    .description('What the tenant decided; empty means any. A region counts before a currency.'),
  chosen: Joi.string()
    .allow(null)
    .required()
    .description('Who would serve when neither region nor currency is asked for.'),
  problem: Joi.string().allow(null).required().description('Why nobody would: none is enabled, or several tie.'),
})

/** Who provides what, and who serves the calling tenant. A tie is shown here, for an admin to resolve by a binding. */
export function providerRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), bindRoute(parts)]
}

function listRoute({ providers, choice }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/providers',
    id: 'listProviders',
    summary: 'Ports with several possible providers, and which one serves the calling tenant.',
    tags,
    access: { permission: 'admin.plugins.read' },
    responses: {
      200: { description: 'The ports.', schema: Joi.object({ items: Joi.array().items(portSchema).required() }) },
    },
    handle: async ({ tenantId }) => {
      const ports = choosable(providers)
      return ok({ items: await Promise.all(ports.map((port) => view(port, tenantId, { providers, choice }))) })
    },
  })
}

function bindRoute({ providers, choice }: Parts): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/admin/providers/{port}',
    id: 'bindProvider',
    summary: 'Binds the calling tenant to a provider of a port, for a region or a currency, or takes the binding back.',
    tags,
    access: { permission: 'admin.plugins.write' },
    params: Joi.object<{ port: string }>({ port: Joi.string().max(120).required() }),
    payload: Joi.object<{ key: string | null; region?: string; currency?: string }>({
      key: Joi.string().max(120).allow(null).required(),
      region: Joi.string().length(2).uppercase().description('ISO 3166 alpha-2; absent: any.'),
      currency: Joi.string().length(3).uppercase().description('ISO 4217; absent: any.'),
    }),
    responses: { 200: { description: 'The port as it is now.', schema: portSchema } },
    handle: async (request) => {
      const { tenantId, params, payload } = request
      const port = choosable(providers).find((one) => portName(one) === params.port)
      if (port === undefined) return problem(404, 'port.not-found', `Nobody provides a port ${params.port}.`)
      const known = providers.all(port).some((provider) => provider.key === payload.key)
      if (payload.key !== null && !known) {
        return problem(400, 'provider.unknown', `${params.port} has no provider ${payload.key}.`, { field: 'key' })
      }
      const { key, ...asked } = payload
      await choice.bind(port, tenantId, key, { ...asked, by: auditActor(request) })
      return ok(await view(port, tenantId, { providers, choice }))
    },
  })
}

/** Where a tenant has a choice: of several providers, and not of what the kernel itself is made of. */
function choosable(providers: ProviderRegistry) {
  return providers
    .ports()
    .filter(
      (port) => port.cardinality === 'many' && providers.all(port).every(({ pluginId }) => pluginId !== KERNEL_ID),
    )
}

async function view(port: ReturnType<ProviderRegistry['ports']>[number], tenantId: string, parts: Parts) {
  const [chosen, bindings] = await Promise.all([
    parts.choice.choose(port, tenantId),
    parts.choice.bindings(port, tenantId),
  ])
  return {
    port: portName(port),
    providers: parts.providers.all(port).map(({ key, pluginId, regions = [], currencies = [], priority = 0 }) => ({
      ...{ key, plugin: pluginId, regions, currencies, priority },
    })),
    binding: bindings.find((one) => one.region === '' && one.currency === '')?.key ?? null,
    bindings,
    chosen: chosen.ok ? chosen.key : null,
    problem: chosen.ok ? null : chosen.detail,
  }
}
