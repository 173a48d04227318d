import {
  auditActor,
  defineRoute,
  Joi,
  ok,
  type PlatformRefusal,
  type PlatformSettings,
  problem,
  type Refusal,
  type Reply,
  type Route,
} from '@parley/core'
import type { Parts } from '../context.ts'
import { pluginSchema, tags, tenantParams } from './schemas.ts'

const STATUS: Readonly<Record<PlatformRefusal, number>> = { 'plugin-not-found': 404, 'no-settings': 404, invalid: 400 }
const CODE: Readonly<Record<PlatformRefusal, string>> = {
  'plugin-not-found': 'plugin.not-found',
  'no-settings': 'plugin.no-settings',
  invalid: 'settings.invalid',
}
const pluginId = Joi.string().max(100).required()
const object = Joi.object().unknown(true).required()
const settingsAnswer = {
  200: {
    description: 'What was chosen for all tenants, what holds, and the JSON Schema a form can be drawn from.',
    schema: Joi.object({
      settings: object,
      effective: object,
      schema: object,
      updatedBy: Joi.string().allow(null, '').required(),
      updatedAt: Joi.string().isoDate().allow(null).required(),
    }),
  },
}

/** Plugins of any tenant, and settings that hold for all who did not choose. */
export function pluginRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), enableRoute(parts), settingsRoute(parts), changeSettingsRoute(parts)]
}

function listRoute({ platform, tenants }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/tenants/{id}/plugins',
    id: 'listTenantPlugins',
    summary: 'The plugins as a tenant has them.',
    tags,
    access: { permission: 'platform.tenants.read' },
    params: tenantParams,
    responses: {
      200: { description: 'The plugins.', schema: Joi.object({ items: Joi.array().items(pluginSchema).required() }) },
    },
    handle: async ({ params: { id } }) =>
      (await tenants.find(id)) === undefined ? noTenant(id) : ok({ items: await platform.plugins(id) }),
  })
}

function enableRoute({ platform, tenants }: Parts): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/platform/tenants/{id}/plugins/{plugin}/enabled',
    id: 'setTenantPluginEnabled',
    summary: 'Switches a plugin on or off for a tenant. Off never drops data.',
    tags,
    access: { permission: 'platform.plugins.write' },
    params: Joi.object<{ id: string; plugin: string }>({ id: Joi.string().uuid().required(), plugin: pluginId }),
    payload: Joi.object<{ enabled: boolean | null }>({
      enabled: Joi.boolean().allow(null).required().description("Null: go back to the installation's default."),
    }),
    responses: { 200: { description: 'The plugin as it is now.', schema: pluginSchema } },
    handle: async (request) => {
      const { params, payload } = request
      if ((await tenants.find(params.id)) === undefined) return noTenant(params.id)
      const by = auditActor(request)
      const result = await platform.setPluginEnabled(params.id, params.plugin, payload.enabled, by)
      return result.ok ? ok(result.plugin) : refused(result)
    },
  })
}

function settingsRoute({ platform }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/plugins/{plugin}/settings',
    id: 'getPlatformSettings',
    summary: "A plugin's settings for all tenants that did not choose otherwise.",
    tags,
    access: { permission: 'platform.settings.read' },
    params: Joi.object<{ plugin: string }>({ plugin: pluginId }),
    responses: settingsAnswer,
    handle: async ({ params }) => {
      const result = await platform.settings(params.plugin)
      return result.ok ? ok(settingsView(result.layer)) : refused(result)
    },
  })
}

function changeSettingsRoute({ platform }: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/platform/plugins/{plugin}/settings',
    id: 'updatePlatformSettings',
    summary: "Changes a plugin's settings for all tenants that did not choose otherwise; what is not named stays.",
    tags,
    access: { permission: 'platform.settings.write' },
    params: Joi.object<{ plugin: string }>({ plugin: pluginId }),
    payload: Joi.object<Record<string, unknown>>().unknown(true).required(),
    responses: settingsAnswer,
    handle: async (request) => {
      const result = await platform.updateSettings(request.params.plugin, request.payload, auditActor(request))
      return result.ok ? ok(settingsView(result.layer)) : refused(result)
    },
  })
}

function settingsView({ settings, effective, schema, updatedBy, updatedAt }: PlatformSettings) {
  return { settings, effective, schema, updatedBy, updatedAt: updatedAt?.toISOString() ?? null }
}

function noTenant(id: string): Reply {
  return problem(404, 'tenant.not-found', `There is no tenant ${id}.`)
}

function refused({ reason, detail }: Refusal<PlatformRefusal>): Reply {
  return problem(STATUS[reason], CODE[reason], detail)
}
