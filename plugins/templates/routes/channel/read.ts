import { cursorQuery, defineRoute, ok, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import { Template } from '../../models/template.ts'
import { asChannelTemplate } from '../../rendering/channel.ts'
import { notFound, type RouteContext } from '../context.ts'
import { type ListQuery, listTemplates } from '../list.ts'
import { category, idParams, language, uuid } from '../schemas.ts'
import { copyView } from '../view.ts'
import { copySchema, PATH, parameterSchema } from './schemas.ts'

const tags = ['templates']
const access = { permission: 'templates.read' }

export function listRoute({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: PATH,
    id: 'listChannelTemplates',
    summary: "Channels' pre-approved templates by name, as they were at the last sync.",
    tags,
    access,
    query: Joi.object<ListQuery>({
      q: Joi.string().trim().min(1).max(200),
      connectionId: uuid,
      language,
      category,
      state: Joi.string().lowercase().max(50).description('As the vendor says, or `vanished`.'),
      archived: Joi.boolean().default(false),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of templates.', schema: pageSchema(copySchema) } },
    handle: async ({ tenantId, query }) =>
      ok(await database.transaction(tenantId, (uow) => listTemplates(uow, 'channel', query, copyView))),
  })
}

export function getRoute({ database, vendors }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: `${PATH}/{id}`,
    id: 'getChannelTemplate',
    summary: 'One template of a channel, with the parameters that a send fills.',
    tags,
    access,
    params: idParams,
    responses: {
      200: {
        description: 'The template.',
        schema: copySchema.keys({ parameters: Joi.array().items(parameterSchema).required() }),
      },
      404: { description: 'There is no such template.' },
    },
    handle: async ({ tenantId, params: { id } }) => {
      const copy = await database.transaction(tenantId, async (uow) =>
        Template.in(uow).findOne({ id, kind: 'channel' }),
      )
      if (copy === undefined) return notFound(id)
      const parameters = vendors.byKey(copy.channel ?? '')?.parameters?.(asChannelTemplate(copy)) ?? []
      return ok({ ...copyView(copy), parameters })
    },
  })
}
