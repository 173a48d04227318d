import Joi from 'joi'
import { jsonSchemaOf } from '../../http/openapi/json-schema.ts'
import { ParleyError } from '../../plugin/errors.ts'
import { defineRoute, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import type { PluginAdmin } from '../plugin-admin.ts'
import type { PluginRecord } from '../record.ts'
import { noSuchPlugin } from './plugins.ts'

const params = Joi.object<{ id: string }>({ id: Joi.string().max(100).required() })
const tags = ['admin']
const answer = {
  description: 'The settings in force, and the JSON Schema a form can be drawn from.',
  schema: Joi.object({
    settings: Joi.object().unknown(true).required(),
    schema: Joi.object().unknown(true).required(),
  }),
}

/** A plugin's settings for the calling tenant. */
export function pluginSettingsRoutes(admin: PluginAdmin): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/plugins/{id}/settings',
      id: 'getPluginSettings',
      summary: "A plugin's settings for the calling tenant.",
      tags,
      access: { permission: 'admin.plugins.read' },
      params,
      responses: { 200: answer },
      handle: ({ tenantId, params }) =>
        forPlugin(admin, params.id, async (record) => show(record, await admin.settings(params.id).of(tenantId))),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/admin/plugins/{id}/settings',
      id: 'updatePluginSettings',
      summary: "Changes a plugin's settings for the calling tenant; what is not named stays.",
      tags,
      access: { permission: 'admin.plugins.write' },
      params,
      payload: Joi.object<Record<string, unknown>>().unknown(true).required(),
      responses: { 200: answer },
      handle: ({ tenantId, params, payload }) =>
        forPlugin(admin, params.id, async (record) => {
          try {
            return show(record, await admin.settings(params.id).update(tenantId, payload))
          } catch (error) {
            if (!(error instanceof ParleyError) || error.code !== 'settings.invalid') throw error
            return problem(400, error.code, error.message, error.details)
          }
        }),
    }),
  ]
}

async function forPlugin(
  admin: PluginAdmin,
  id: string,
  answerFor: (record: PluginRecord) => Promise<Reply>,
): Promise<Reply> {
  const record = admin.find(id)
  if (record === undefined) return noSuchPlugin(id)
  if (record.plugin?.manifest.settings?.tenant === undefined) {
    return problem(404, 'plugin.no-settings', `${id} has no settings by tenant, or was not loaded.`)
  }
  return answerFor(record)
}

function show(record: PluginRecord, settings: unknown): Reply {
  const schema = record.plugin?.manifest.settings?.tenant
  return ok({ settings, schema: schema === undefined ? {} : jsonSchemaOf(schema) })
}
