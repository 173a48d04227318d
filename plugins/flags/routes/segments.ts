import { cursorQuery, decodeCursor, defineRoute, noContent, ok, page, pageSchema, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { documentedRefusals, refused } from './refusals.ts'
import { saveSegment } from './save.ts'
import { keyParams, keyPlace, seenRevision, segmentBody, segmentSchema } from './schemas.ts'
import { segmentView } from './views.ts'

const tags = ['flags']

export function listSegments({ admin, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/flag-segments',
    id: 'listFlagSegments',
    summary: 'Segments: tenants by a name that rules share. By key.',
    tags,
    access: { permission: 'admin.flags.read' },
    query: Joi.object<{ cursor?: string; limit: number }>(
      cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    ),
    responses: { 200: { description: 'A page of segments.', schema: pageSchema(segmentSchema) } },
    handle: async ({ query: { cursor, limit } }) => {
      const [after = ''] = decodeCursor(cursor, keyPlace) ?? []
      const items = admin
        .segments()
        .filter(({ segment }) => segment.key > after)
        .slice(0, limit + 1)
        .map(segmentView)
      return ok(page({ items, limit, cursorOf: ({ key }) => [key] }))
    },
  })
}

export function setSegment(parts: Parts): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/admin/flag-segments/{key}',
    id: 'setFlagSegment',
    summary: 'Makes or replaces a segment. In it is whom one of the conditions holds for, with all its parts.',
    tags,
    access: { permission: 'admin.flags.write' },
    params: keyParams,
    payload: segmentBody,
    responses: { 200: { description: 'The segment.', schema: segmentSchema }, ...documentedRefusals },
    handle: async (request) => {
      const { key } = request.params
      const { revision, ...fields } = request.payload
      const segment = { key, ...fields }
      const saved = await saveSegment(parts, request, key, {
        to: segment,
        ...(revision === undefined ? {} : { revision }),
      })
      return saved.ok ? ok({ ...segment, ...saved.standing }) : refused(saved)
    },
  })
}

export function removeSegment(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/flag-segments/{key}',
    id: 'removeFlagSegment',
    summary: 'Removes a segment that no flag uses.',
    tags,
    access: { permission: 'admin.flags.write' },
    params: keyParams,
    query: Joi.object<{ revision?: number }>({ revision: seenRevision }),
    responses: {
      204: { description: 'It is removed.' },
      404: { description: 'There is no such segment.' },
      ...documentedRefusals,
    },
    handle: async (request) => {
      const { revision } = request.query
      const saved = await saveSegment(parts, request, request.params.key, {
        to: null,
        ...(revision === undefined ? {} : { revision }),
      })
      return saved.ok ? noContent() : refused(saved)
    },
  })
}
