import Joi from 'joi'
import type { DeadLetters, DeadLetterView } from '../../events/dead-letters.ts'
import { cursorQuery, pageSchema } from '../../http/cursor.ts'
import type { Position } from '../../plugin/event.ts'
import { defineRoute, noContent, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import { letterId, parseLetterId } from './letter-id.ts'

interface ListQuery {
  readonly group?: string
  readonly type?: string
  readonly cursor?: string
  readonly limit: number
}

const tags = ['admin']
const params = Joi.object<{ id: string }>({ id: Joi.string().max(600).required() })
const letter = {
  id: Joi.string().required(),
  group: Joi.string().required().description('`<plugin>.<handler>`'),
  type: Joi.string().allow('').required(),
  key: Joi.string().allow('').required(),
  position: Joi.object({
    topic: Joi.string().required(),
    part: Joi.number().integer().required(),
    off: Joi.string().required(),
  }).required(),
  attempts: Joi.number().integer().required(),
  error: Joi.array()
    .items(Joi.object({ name: Joi.string().allow(''), code: Joi.string().allow(''), message: Joi.string().allow('') }))
    .required()
    .description('The error and its causes, outermost first.'),
  diedAt: Joi.string().isoDate().required(),
}

/** Events that a handler has given up, of the calling tenant only. */
export function deadLetterRoutes(dead: DeadLetters): readonly Route[] {
  return [
    listRoute(dead),
    findRoute(dead),
    changeRoute(dead, {
      ...{ method: 'POST', path: '/api/admin/dead-letters/{id}/replay', id: 'replayDeadLetter' },
      summary: 'Handles a dead letter again, behind what already waits of its key before it.',
    }),
    changeRoute(dead, {
      ...{ method: 'DELETE', path: '/api/admin/dead-letters/{id}', id: 'discardDeadLetter' },
      summary: 'Gives a dead letter up for good; a key that it blocked flows on.',
    }),
  ]
}

function listRoute(dead: DeadLetters): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/dead-letters',
    id: 'listDeadLetters',
    summary: "The tenant's dead letters, newest first.",
    tags,
    access: { permission: 'admin.events.read' },
    query: Joi.object<ListQuery>({
      group: Joi.string().max(200),
      type: Joi.string().max(200),
      ...cursorQuery({ maxLimit: 200 }),
    }),
    responses: { 200: { description: 'A page of dead letters.', schema: pageSchema(Joi.object(letter)) } },
    handle: async ({ tenantId, query }) => {
      const { letters, cursor = null } = await dead.list({ ...query, tenantId })
      return ok({ items: letters.map(viewOf), next: cursor })
    },
  })
}

function findRoute(dead: DeadLetters): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/dead-letters/{id}',
    id: 'getDeadLetter',
    summary: 'One dead letter, with its event.',
    tags,
    access: { permission: 'admin.events.read' },
    params,
    responses: {
      200: {
        description: 'The dead letter.',
        schema: Joi.object({
          ...letter,
          event: Joi.object().unknown(true).allow(null).required().description('Null when it cannot be decoded.'),
        }),
      },
    },
    handle: async ({ tenantId, params }) =>
      ownLetter(dead, tenantId, params.id, async (group, position) => {
        const found = await dead.inspect(group, position)
        return found === undefined ? notFound(params.id) : ok({ ...viewOf(found), event: found.event ?? null })
      }),
  })
}

function changeRoute(
  dead: DeadLetters,
  route: { method: 'POST' | 'DELETE'; path: string; id: string; summary: string },
): Route {
  return defineRoute({
    ...route,
    ...{ tags, params },
    access: { permission: 'admin.events.write' },
    responses: { 204: { description: 'Done.' } },
    handle: async ({ tenantId, params }) =>
      ownLetter(dead, tenantId, params.id, async (group, position) => {
        const change = route.method === 'POST' ? dead.replay(group, [position]) : dead.discard(group, [position])
        return (await change) > 0 ? noContent() : notFound(params.id)
      }),
  })
}

/** Another tenant's dead letter does not exist for the caller. */
async function ownLetter(
  dead: DeadLetters,
  tenantId: string,
  id: string,
  work: (group: string, position: Position) => Promise<Reply>,
): Promise<Reply> {
  const named = parseLetterId(id)
  if (named === undefined) return notFound(id)
  const found = await dead.inspect(named.group, named.position)
  return found?.tenantId === tenantId ? work(named.group, named.position) : notFound(id)
}

function notFound(id: string): Reply {
  return problem(404, 'dead-letter.not-found', `There is no dead letter ${id} in this tenant.`)
}

function viewOf(found: DeadLetterView) {
  const { group, position, type, key, attempts, error, diedAt } = found
  return {
    id: letterId(group, position),
    ...{ group, type, key, attempts, error },
    position: { ...position, off: position.off.toString() },
    diedAt: diedAt.toISOString(),
  }
}
