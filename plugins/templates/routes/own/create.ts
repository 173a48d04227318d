import { created, defineRoute, newId, type Reply, type Route, type RouteRequest } from '@parley/core'
import Joi from 'joi'
import { changeEvent } from '../../models/changes.ts'
import { Template } from '../../models/template.ts'
import { auditEntry } from '../audit-entry.ts'
import { actorId, notFound, type RouteContext } from '../context.ts'
import { idParams, language, name } from '../schemas.ts'
import type { OwnKind } from './kind.ts'
import { type Draft, draftSchema, ownView, viewSchema } from './schemas.ts'
import { type Columns, columnsOf, isTaken, nameTaken } from './write.ts'

type Request = Pick<RouteRequest, 'tenantId' | 'actor' | 'remoteAddress' | 'correlationId'>

export function createRoute(context: RouteContext, kind: OwnKind): Route {
  const { renderer, settings } = context
  return defineRoute({
    method: 'POST',
    path: kind.path,
    id: `create${kind.title}`,
    summary: `Writes a new ${kind.noun}, in Liquid: \`{{ customer.name }}\`.`,
    tags: ['templates'],
    access: { permission: 'templates.write' },
    payload: draftSchema(kind, settings),
    responses: {
      201: { description: 'The template.', schema: viewSchema(kind, settings) },
      409: { description: 'The name is taken in this language.' },
      422: { description: 'The text is no template; `errors` names the field and the line.' },
    },
    handle: async (request) => {
      const row = columnsOf(renderer, kind, request.payload as Draft)
      return row.ok ? insert(context, kind, request, row.columns) : row.reply
    },
  })
}

interface Copy {
  readonly name?: string
  readonly language?: string
}

/** The copy starts its own statistics. */
export function duplicateRoute(context: RouteContext, kind: OwnKind): Route {
  return defineRoute({
    method: 'POST',
    path: `${kind.path}/{id}/duplicate`,
    id: `duplicate${kind.title}`,
    summary: `Copies the ${kind.noun} under another name or for another language.`,
    tags: ['templates'],
    access: { permission: 'templates.write' },
    params: idParams,
    payload: Joi.object<Copy>({ name, language }).allow(null),
    responses: {
      201: { description: 'The copy.', schema: viewSchema(kind, context.settings) },
      404: { description: 'There is no such template.' },
      409: { description: 'The name is taken in this language.' },
    },
    handle: async (request) => {
      const { id } = request.params
      const original = await context.database.transaction(request.tenantId, async (uow) => {
        const template = await Template.in(uow).findOne({ id, kind: kind.kind })
        if (template === undefined) return undefined
        const copy = request.payload ?? {}
        const other = { name: copy.name ?? template.name, language: copy.language ?? template.language }
        const same = other.name === template.name && other.language === template.language
        return { ...columnsOfCopy(template), ...other, ...(same ? { name: await freeName(uow, kind, template) } : {}) }
      })
      return original === undefined ? notFound(id) : insert(context, kind, request, original)
    },
  })
}

function insert(context: RouteContext, kind: OwnKind, request: Request, columns: Columns): Promise<Reply> {
  const { audit, clock, database, reader } = context
  const now = clock.now()
  const by = actorId(request.actor)
  const id = newId()
  const stamps = { created_by: by, updated_by: by, created_at: now, updated_at: now }
  const work = async (uow: Parameters<Parameters<typeof database.transaction>[1]>[0]): Promise<Reply> => {
    await Template.in(uow)
      .insert({ id, kind: kind.kind, ...columns, ...stamps })
      .onConflict()
      .ignore()
    const made = await Template.in(uow).findOne({ id })
    if (made === undefined) return nameTaken(kind, columns)
    uow.publish(changeEvent(made, 'created'))
    reader.forgetAfter(uow)
    await audit.record(uow, auditEntry('template.created', id, request, { after: made }))
    return created(ownView(kind, made), { location: `${kind.path}/${id}` })
  }
  return database.transaction(request.tenantId, work, { correlationId: request.correlationId })
}

function columnsOfCopy({ name, language, category, subject, html, text, variables, fields }: Template): Columns {
  return { name, language, category, subject, html, text, variables, fields }
}

/** `Welcome (copy)`, `Welcome (copy 2)`, … */
async function freeName(
  uow: Parameters<typeof isTaken>[0],
  kind: OwnKind,
  { name: of, language }: Template,
): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = `${of} (copy${number === 1 ? '' : ` ${number}`})`
    if (!(await isTaken(uow, kind, { name: candidate, language }))) return candidate
  }
}
