import Joi from 'joi'
import { auditActor } from '../../contracts/ports/audit.ts'
import { defineRoute, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import type { PluginAdmin } from '../plugin-admin.ts'
import { PLUGIN_STATES } from '../state.ts'

const pluginSchema = Joi.object({
  id: Joi.string().required(),
  version: Joi.string().allow(null).required().description('Null when its package cannot be read.'),
  kind: Joi.valid('plugin', 'adapter', null).required(),
  state: Joi.valid(...PLUGIN_STATES).required(),
  reason: Joi.string().allow('').required().description('Why it does not run; empty when it does.'),
  required: Joi.boolean().required(),
  bootMs: Joi.number().integer().required(),
  enabled: Joi.boolean().required().description('Started, and enabled for the calling tenant.'),
  health: Joi.object({ ok: Joi.boolean().required(), detail: Joi.string().allow('') })
    .allow(null)
    .required(),
  routes: Joi.number().integer().required(),
  handlers: Joi.number().integer().required(),
  streams: Joi.number().integer().required(),
  jobs: Joi.number().integer().required(),
  providers: Joi.array().items(Joi.string()).required(),
  hasSettings: Joi.boolean().required(),
  floatingRejections: Joi.number().integer().required(),
  paused: Joi.array().items(Joi.string()).required(),
})

const params = Joi.object<{ id: string }>({ id: Joi.string().max(100).required() })
const tags = ['admin']

/** Plugins: what became of them at boot, how they are, and whether the tenant has them. */
export function pluginRoutes(admin: PluginAdmin): readonly Route[] {
  return [listRoute(admin), enableRoute(admin)]
}

function listRoute(admin: PluginAdmin): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/plugins',
    id: 'listPlugins',
    summary: 'Every plugin of this installation, its state, and why it does not run.',
    tags,
    access: { permission: 'admin.plugins.read' },
    responses: {
      200: {
        description: 'The plugins, in the order of the configuration.',
        schema: Joi.object({ items: Joi.array().items(pluginSchema).required() }),
      },
    },
    handle: async ({ tenantId }) => ok({ items: await admin.list(tenantId) }),
  })
}

function enableRoute(admin: PluginAdmin): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/admin/plugins/{id}/enabled',
    id: 'setPluginEnabled',
    summary: 'Switches a plugin on or off for the calling tenant. Off never drops data.',
    tags,
    access: { permission: 'admin.plugins.write' },
    params,
    payload: Joi.object<{ enabled: boolean | null }>({
      enabled: Joi.boolean().allow(null).required().description("Null: go back to the installation's default."),
    }),
    responses: { 200: { description: 'The plugin as it is now.', schema: pluginSchema } },
    handle: async (request) => {
      const { tenantId, params, payload } = request
      if (admin.find(params.id) === undefined) return noSuchPlugin(params.id)
      await admin.setEnabled(tenantId, params.id, payload.enabled, auditActor(request))
      return ok(await admin.view(tenantId, params.id))
    },
  })
}

export function noSuchPlugin(id: string): Reply {
  return problem(404, 'plugin.not-found', `This installation has no plugin ${id}.`)
}
