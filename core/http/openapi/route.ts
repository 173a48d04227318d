import Joi from 'joi'
import { type Route, raw } from '../../plugin/route.ts'

/** `GET /api/openapi.json`. Everybody may ask, so it is written out once for each document. */
export function openApiRoute(document: () => Record<string, unknown>): Route {
  let written: { document: object; text: string } | undefined
  return {
    method: 'GET',
    path: '/api/openapi.json',
    id: 'getOpenApi',
    summary: 'This document.',
    tags: ['operations'],
    access: { public: 'The API is documented for everybody.' },
    cors: 'any',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: Joi.object().unknown(true) } },
    handle: async () => {
      const current = document()
      if (written?.document !== current) written = { document: current, text: JSON.stringify(current) }
      return raw(written.text, 'application/json', { 'cache-control': 'no-cache' })
    },
  }
}
