import { hash } from 'node:crypto'
import { defineRoute, type Route, raw } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { evaluationSchema, evaluationView, failure, failureSchema } from './answers.ts'
import { contextOf, ofrepBody } from './request.ts'

export function evaluateAll({ flags }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    id: 'evaluateFlags',
    summary: 'What all flags say for the caller’s tenant (OFREP, bulk). A client that polls sends the ETag back.',
    tags: ['flags'],
    access: { permission: 'flags.evaluate' },
    idempotent: false,
    payload: ofrepBody,
    responses: {
      200: {
        description: 'The evaluations, with an ETag.',
        schema: Joi.object({ flags: Joi.array().items(evaluationSchema).required() }),
      },
      304: { description: 'As before: the ETag of If-None-Match is still right.' },
      400: { description: 'The context cannot be used.', schema: failureSchema },
    },
    handle: async (request) => {
      const context = await contextOf(flags, request)
      if ('errorCode' in context) return failure(400, context)
      const evaluations = [...flags.evaluateAll(context)].map(([key, one]) => evaluationView(key, one))
      const body = JSON.stringify({ flags: evaluations })
      const etag = `"${hash('sha256', body, 'base64url')}"`
      if (isKnown(etag, request.headers['if-none-match'])) return { status: 304, headers: { etag } }
      return raw(body, 'application/json', { etag })
    },
  })
}

/** RFC 9110 §13.1.2: a list, compared weakly. */
function isKnown(etag: string, header: string | string[] | undefined): boolean {
  const known = String(header ?? '').split(',')
  return known.some((one) => one.trim().replace(/^W\//, '') === etag)
}
