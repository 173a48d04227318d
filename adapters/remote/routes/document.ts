import { defineRoute, type Route, raw } from '@parley/core'
import Joi from 'joi'
import { remoteDocument } from '../openapi/document.ts'
import { routeId } from './route-id.ts'

/** The protocol's OpenAPI document, for whoever writes a remote. Made when it is first asked for: few processes are. */
export function documentRoute(as: string): Route {
  let text: string | undefined
  return defineRoute({
    method: 'GET',
    path: `/api/${as}/openapi.json`,
    id: routeId(as, 'getProtocol'),
    summary: 'The protocol between Parley and a remote channel.',
    tags: [as],
    access: { public: 'The protocol is documented for everybody.' },
    cors: 'any',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: Joi.object().unknown(true) } },
    async handle() {
      text ??= JSON.stringify(remoteDocument())
      return raw(text, 'application/json', { 'cache-control': 'no-cache' })
    },
  })
}
