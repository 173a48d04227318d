import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Joi from 'joi'
import { type Route, raw } from '../../plugin/route.ts'

/** Where pages of plugins load the WebSocket client from: `<script src="/assets/nes.js">` gives them `nes.Client`. */
export const CLIENT_PATH = '/assets/nes.js'

/** Serves the browser client of nes, in the version that this server speaks. */
export function clientScriptRoute(): Route {
  const script = readFileSync(createRequire(import.meta.url).resolve('@hapi/nes/lib/client.js'))
  const etag = `"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`
  const headers = { etag, 'cache-control': 'public, max-age=3600', 'cross-origin-resource-policy': 'cross-origin' }
  return {
    method: 'GET',
    path: CLIENT_PATH,
    id: 'getLiveClient',
    summary: 'The WebSocket client for browsers.',
    tags: ['live'],
    access: { public: 'A script that every page may load; it holds no data.' },
    query: Joi.object({ v: Joi.string().max(64).description('Ignored; for cache busting.') }),
    cors: 'any',
    responses: {
      200: { description: 'JavaScript.', contentType: 'text/javascript' },
      304: { description: 'Unchanged.' },
    },
    handle: async (request) => {
      if (request.headers['if-none-match'] === etag) return { status: 304, headers }
      return raw(script, 'text/javascript; charset=utf-8', headers)
    },
  }
}
