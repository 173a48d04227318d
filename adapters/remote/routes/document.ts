import { defineRoute, type Route, raw } from '@parley/core'
import Joi from 'joi'
import { remoteDocument } from '../openapi/document.ts'
import { routeId } from './route-id.ts'

/** The protocol's OpenAPI document, for whoever writes a remote. */
export function documentRoute(as: string): Route {
  const text = JSON.stringify(remoteDocument())
  return defineRoute({
    method: 'GET',
    path: `/api/${as}/openapi.json`,
    id: routeId(as, 'getProtocol'),
    summary: 'The protocol between Parley and a remote channel.',
    tags: [as],
    access: { public: 'The protocol is documented for everybody.' },
    cors: 'any',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: Joi.object().unknown(true) } },
    handle: async () => raw(text, 'application/json', { 'cache-control': 'no-cache' }),
  })
}
