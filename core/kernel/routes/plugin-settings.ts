import Joi from 'joi'
import { auditActor } from '../../contracts/ports/audit.ts'
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
    chosen: Joi.object().unknown(true).required().description('What the tenant chose; the rest comes from above.'),
    updatedBy: Joi.string().allow(null, '').required().description('The last editor, `<kind>:<id>`.'),
    updatedAt: Joi.string().isoDate().allow(null).required(),
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
      handle: ({ tenantId, params }) => forPlugin(admin, params.id, async (record) => show(admin, record, tenantId)),
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
      handle: (request) =>
        forPlugin(admin, request.params.id, (record) =>
          unlessInvalid(async () => {
            await admin.settings(record.id).update(request.tenantId, request.payload, auditActor(request))
            return show(admin, record, request.tenantId)
          }),
        ),
    }),
  ]
}

export async function forPlugin(
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

async function show(admin: PluginAdmin, record: PluginRecord, tenantId: string): Promise<Reply> {
  const settings = admin.settings(record.id)
  const { settings: chosen, updatedBy, updatedAt } = await settings.chosen(tenantId)
  return ok({
    settings: await settings.of(tenantId),
    schema: settingsSchemaOf(record),
    ...{ chosen, updatedBy, updatedAt: updatedAt?.toISOString() ?? null },
  })
}

/** What a form can be drawn from. */
export function settingsSchemaOf(record: PluginRecord): Readonly<Record<string, unknown>> {
  const schema = record.plugin?.manifest.settings?.tenant
  return schema === undefined ? {} : jsonSchemaOf(schema)
}

/** Settings that do not fit the schema are the caller's to mend. */
export async function unlessInvalid(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== 'settings.invalid') throw error
    return problem(400, error.code, error.message, error.details)
  }
}
