import { cursorQuery, defineRoute, noContent, ok, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import { changeEvent } from '../../models/changes.ts'
import { Template } from '../../models/template.ts'
import { auditEntry } from '../audit-entry.ts'
import { notFound, type RouteContext } from '../context.ts'
import { type ListQuery, listTemplates } from '../list.ts'
import { category, idParams, language } from '../schemas.ts'
import type { OwnKind } from './kind.ts'
import { ownView, viewSchema } from './schemas.ts'

export function listRoute({ database, settings }: RouteContext, kind: OwnKind): Route {
  return defineRoute({
    method: 'GET',
    path: kind.path,
    id: `list${kind.title}s`,
    summary: `Templates by name; \`q\` finds a part of it.`,
    tags: ['templates'],
    access: { permission: 'templates.read' },
    query: Joi.object<ListQuery>({
      q: Joi.string().trim().min(1).max(200),
      language,
      category,
      archived: Joi.boolean().default(false),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of templates.', schema: pageSchema(viewSchema(kind, settings)) } },
    handle: async ({ tenantId, query }) =>
      ok(
        await database.transaction(tenantId, (uow) =>
          listTemplates(uow, kind.kind, query, (template) => ownView(kind, template)),
        ),
      ),
  })
}

export function getRoute({ database, settings }: RouteContext, kind: OwnKind): Route {
  return defineRoute({
    method: 'GET',
    path: `${kind.path}/{id}`,
    id: `get${kind.title}`,
    summary: `One ${kind.noun}.`,
    tags: ['templates'],
    access: { permission: 'templates.read' },
    params: idParams,
    responses: {
      200: { description: 'The template.', schema: viewSchema(kind, settings) },
      404: { description: 'There is no such template.' },
    },
    handle: async ({ tenantId, params: { id } }) => {
      const template = await database.transaction(tenantId, async (uow) =>
        Template.in(uow).findOne({ id, kind: kind.kind }),
      )
      return template === undefined ? notFound(id) : ok(ownView(kind, template))
    },
  })
}

export function deleteRoute({ audit, database, reader }: RouteContext, kind: OwnKind): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${kind.path}/{id}`,
    id: `delete${kind.title}`,
    summary: `Deletes the ${kind.noun} and its statistics. To keep them, archive it.`,
    tags: ['templates'],
    access: { permission: 'templates.write' },
    params: idParams,
    responses: { 204: { description: 'Deleted.' }, 404: { description: 'There is no such template.' } },
    handle: ({ tenantId, params: { id }, correlationId, ...request }) =>
      database.transaction(
        tenantId,
        async (uow) => {
          const template = await Template.in(uow).findOne({ id, kind: kind.kind }).forUpdate()
          if (template === undefined) return notFound(id)
          await Template.in(uow).where({ id }).delete()
          uow.publish(changeEvent(template, 'deleted'))
          reader.forgetAfter(uow)
          await audit.record(uow, auditEntry('template.deleted', id, request, { before: template }))
          return noContent()
        },
        { correlationId },
      ),
  })
}
