import Joi from 'joi'
import { ok, type Route } from '../../plugin/route.ts'

/** `GET /api/openapi.json` */
export function openApiRoute(document: () => Record<string, unknown>): Route {
  return {
    method: 'GET',
    path: '/api/openapi.json',
    id: 'getOpenApi',
    summary: 'This document.',
    tags: ['operations'],
    access: { public: 'The API is documented for everybody.' },
    cors: 'any',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: Joi.object().unknown(true) } },
    handle: async () => ok(document(), { 'cache-control': 'no-cache' }),
  }
}
