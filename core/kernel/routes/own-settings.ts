import Joi from 'joi'
import { defineRoute, ok, problem, type Reply, type Route, type RouteRequest } from '../../plugin/route.ts'
import type { PluginAdmin } from '../plugin-admin.ts'
import type { PluginRecord } from '../record.ts'
import { forPlugin, settingsSchemaOf, unlessInvalid } from './plugin-settings.ts'

const params = Joi.object<{ id: string }>({ id: Joi.string().max(100).required() })
const tags = ['settings']
const answer = {
  description: 'The settings in force for the person, and which of them are theirs to choose.',
  schema: Joi.object({
    settings: Joi.object().unknown(true).required(),
    schema: Joi.object().unknown(true).required(),
    personal: Joi.array().items(Joi.string()).required(),
  }),
}

/** A plugin's settings for the person who calls: fields that the plugin leaves to each person. */
export function ownSettingsRoutes(admin: PluginAdmin): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/me/settings/{id}',
      id: 'getOwnSettings',
      summary: "A plugin's settings as they are for the person who calls.",
      tags,
      access: { scheme: 'bearer' },
      params,
      responses: { 200: answer },
      handle: (request) => forPerson(admin, request, (record, userId) => show(admin, record, request.tenantId, userId)),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/me/settings/{id}',
      id: 'updateOwnSettings',
      summary: 'Changes what the person who calls has chosen; what is not named stays.',
      tags,
      access: { scheme: 'bearer' },
      params,
      payload: Joi.object<Record<string, unknown>>().unknown(true).required(),
      responses: { 200: answer },
      handle: (request) =>
        forPerson(admin, request, (record, userId) =>
          unlessInvalid(async () => {
            await admin.settings(record.id).updateUser(request.tenantId, userId, request.payload)
            return show(admin, record, request.tenantId, userId)
          }),
        ),
    }),
  ]
}

async function forPerson(
  admin: PluginAdmin,
  { actor, params }: Pick<RouteRequest<{ id: string }>, 'actor' | 'params'>,
  answerFor: (record: PluginRecord, userId: string) => Promise<Reply>,
): Promise<Reply> {
  if (actor?.kind !== 'user') {
    return problem(
      403,
      'settings.people-only',
      'These settings belong to a person: sign in instead of using an API key.',
    )
  }
  return forPlugin(admin, params.id, (record) => answerFor(record, actor.id))
}

async function show(admin: PluginAdmin, record: PluginRecord, tenantId: string, userId: string): Promise<Reply> {
  return ok({
    settings: await admin.settings(record.id).ofUser(tenantId, userId),
    schema: settingsSchemaOf(record),
    personal: record.plugin?.manifest.settings?.personal ?? [],
  })
}
