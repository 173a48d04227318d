import {
  created,
  cursorQuery,
  decodeCursor,
  defineRoute,
  newId,
  noContent,
  ok,
  page,
  pageSchema,
  problem,
  type Reply,
  type Route,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import { CannedReply } from '../models/canned-reply.ts'
import type { RouteContext } from './context.ts'
import { wordsSchema } from './outbound-payload.ts'
import { idParams, uuid } from './schemas.ts'

const shortcut = Joi.string()
  .pattern(/^[\p{L}\p{N}_-]+$/u, 'letters, digits, - and _')
  .max(60)

const cannedSchema = Joi.object({
  id: uuid.required(),
  shortcut: Joi.string().required(),
  text: Joi.string().required(),
  updatedAt: Joi.string().isoDate().required(),
}).label('CannedReply')

const place = Joi.array<[string]>().ordered(Joi.string().required())

export function cannedReplyRoutes(context: RouteContext): Route[] {
  return [listCanned(context), createCanned(context), changeCanned(context), deleteCanned(context)]
}

function listCanned({ database, settings }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/canned-replies',
    id: 'listCannedReplies',
    summary: 'Canned replies by their short names; `q` finds those that begin with it.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    query: Joi.object<{ q?: string; cursor?: string; limit: number }>({
      q: Joi.string().trim().lowercase().max(60),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: { 200: { description: 'A page of canned replies.', schema: pageSchema(cannedSchema) } },
    handle: async ({ tenantId, query: { q, cursor, limit } }) => {
      const [after] = decodeCursor(cursor, place) ?? []
      const found = await database.transaction(tenantId, async (uow) => {
        const rows = CannedReply.in(uow)
          .orderBy('shortcut')
          .limit(limit + 1)
        if (q !== undefined) rows.where('shortcut', '>=', q).where('shortcut', '<', `${q}\u{10ffff}`)
        if (after !== undefined) rows.where('shortcut', '>', after)
        return rows
      })
      return ok(page({ items: found.map(view), limit, cursorOf: (reply) => [reply.shortcut] }))
    },
  })
}

function createCanned({ database, clock }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/canned-replies',
    id: 'createCannedReply',
    summary: 'Keeps a text under a short name.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    payload: Joi.object<{ shortcut: string; text: string }>({
      shortcut: shortcut.required(),
      text: wordsSchema.required(),
    }),
    responses: {
      201: { description: 'Kept.', schema: cannedSchema },
      409: { description: 'The short name is taken.' },
    },
    handle: async ({ tenantId, payload }) => {
      const now = clock.now()
      const name = payload.shortcut.toLowerCase()
      const row = { id: newId(), shortcut: name, text: payload.text, created_at: now, updated_at: now }
      return database.transaction(tenantId, async (uow) => {
        if (await taken(uow, name)) return nameTaken(name)
        return created(view(await CannedReply.in(uow).insertAndFetch(row)))
      })
    },
  })
}

function changeCanned({ database, clock }: RouteContext): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/canned-replies/{id}',
    id: 'changeCannedReply',
    summary: 'Changes the short name or the text.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    payload: Joi.object<{ shortcut?: string; text?: string }>({ shortcut, text: wordsSchema }).min(1),
    responses: {
      200: { description: 'As it is now.', schema: cannedSchema },
      404: { description: 'There is no such canned reply.' },
      409: { description: 'The short name is taken.' },
    },
    handle: async ({ tenantId, params, payload }) =>
      database.transaction(tenantId, async (uow): Promise<Reply> => {
        const name = payload.shortcut?.toLowerCase()
        if (name !== undefined && (await taken(uow, name, params.id))) return nameTaken(name)
        const changed = await CannedReply.in(uow)
          .where({ id: params.id })
          .patch({ ...payload, ...(name && { shortcut: name }), updated_at: clock.now() })
        const [row] = await CannedReply.in(uow).where({ id: params.id })
        return changed === 0 || row === undefined ? notFound(params.id) : ok(view(row))
      }),
  })
}

function deleteCanned({ database }: RouteContext): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/canned-replies/{id}',
    id: 'deleteCannedReply',
    summary: 'Forgets a canned reply.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    responses: { 204: { description: 'Forgotten.' }, 404: { description: 'There is no such canned reply.' } },
    handle: async ({ tenantId, params }) => {
      const count = await database.transaction(tenantId, async (uow) =>
        CannedReply.in(uow).where({ id: params.id }).delete(),
      )
      return count === 0 ? notFound(params.id) : noContent()
    },
  })
}

async function taken(uow: UnitOfWork, name: string, except?: string): Promise<boolean> {
  const found = await CannedReply.in(uow).where({ shortcut: name }).select('id')
  return found.some((reply) => reply.id !== except)
}

const notFound = (id: string) => problem(404, 'inbox.canned-reply-not-found', `There is no canned reply ${id}.`)
const nameTaken = (name: string) => problem(409, 'inbox.shortcut-taken', `The short name "${name}" is taken.`)

function view(reply: CannedReply) {
  return { id: reply.id, shortcut: reply.shortcut, text: reply.text, updatedAt: reply.updated_at.toISOString() }
}
