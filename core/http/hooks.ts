import type { Lifecycle, Plugin, Request, ResponseObject, ResponseToolkit, RouteOptions } from '@hapi/hapi'
import type { Reply } from '../plugin/route.ts'
import type { Logger } from '../plugin/services.ts'
import { type ProblemFacts, problemFactsOf } from './answer/problem.ts'
import { isUnexpected, problemOfError } from './answer/problem-of-error.ts'
import { isRawBody, problemResponse } from './answer/send.ts'
import type { Limits } from './limits/limit-request.ts'
import { tooMany, type Verdict } from './limits/verdict.ts'
import type { HookIntake, HookReply, HookRequest } from './options.ts'
import { contextOf } from './request/context.ts'
import { type OriginRules, originOf } from './request/origin.ts'
import { type ReadBody, readBody } from './request/read-body.ts'
import { remoteAddressOf } from './request/remote-address.ts'
import type { HttpSettings } from './settings.ts'

export const HOOK_PATH = '/hooks/{adapter}/{endpointId}'

export interface HookParts {
  readonly intake: HookIntake
  readonly settings: HttpSettings
  readonly origin: OriginRules
  readonly log: Logger
  readonly limits?: Pick<Limits, 'webhook'>
  draining(): boolean
}

/**
 * The vendors' door. Everything that other routes have and this one does not need is left out, because it takes thousands
 * of calls a second: no cookies, no CORS, no time-out timers of hapi's (Node's request time-out covers slow bodies), no
 * shared extension points, no log line for what went well. A plugin of its own, since hapi runs the extensions of a realm
 * on the routes of that realm only.
 */
export function hookPlugin(parts: HookParts): Plugin<undefined> {
  return {
    name: 'parley-hooks',
    register: (server) => {
      const lean = leanOptions()
      server.route([
        { method: 'GET', path: HOOK_PATH, handler: receive('GET', parts), options: lean },
        {
          method: 'POST',
          path: HOOK_PATH,
          handler: receive('POST', parts),
          options: { ...lean, payload: bodyOptions(parts) },
        },
      ])
    },
  }
}

function leanOptions(): RouteOptions {
  return {
    auth: false,
    cors: false,
    security: false,
    state: { parse: false, failAction: 'ignore' },
    response: { ranges: false },
    timeout: { server: false },
  }
}

/** The bytes as they come, of any content type. A body that announces to be too long is answered before the handler. */
function bodyOptions(parts: HookParts): NonNullable<RouteOptions['payload']> {
  return {
    parse: false,
    output: 'stream',
    timeout: false,
    maxBytes: parts.settings.maxHookBytes,
    failAction: (request, h, error) => refuse(request, h, parts, problemOfError(error), error).takeover(),
  }
}

const NOTHING: ReadBody = { ok: true, body: Buffer.alloc(0) }

const UNREADABLE = {
  'too-large': { status: 413, code: 'payload.too-large', detail: 'The body is larger than this route accepts.' },
  aborted: { status: 400, code: 'request.aborted', detail: 'The body ended before it was complete.' },
}

function receive(method: 'GET' | 'POST', parts: HookParts): Lifecycle.Method {
  return async (request, h) => {
    try {
      const verdict = parts.limits?.webhook(remoteAddressOf(request, parts.origin))
      if (verdict?.allowed === false) return turnAway(request, h, parts, verdict)
      const read = method === 'GET' ? NOTHING : await readBody(request.raw.req, parts.settings.maxHookBytes)
      if (!read.ok) return refuse(request, h, parts, UNREADABLE[read.failure])
      const reply = await parts.intake(hookRequest(method, read.body, request, parts))
      const facts = problemFactsOf(reply)
      return facts === undefined ? plain(request, h, parts, reply) : refuse(request, h, parts, facts)
    } catch (error) {
      return refuse(request, h, parts, problemOfError(error), error)
    }
  }
}

function hookRequest(method: 'GET' | 'POST', body: Buffer, request: Request, parts: HookParts): HookRequest {
  const target = request.raw.req.url ?? ''
  return {
    method,
    body,
    headers: request.raw.req.headers,
    query: singleValues(request.query),
    url: originOf(request, parts.origin) + (target.startsWith('/') ? target : request.path),
    adapter: String(request.params.adapter),
    endpointId: String(request.params.endpointId),
    requestId: contextOf(request).requestId,
  }
}

/** A parameter that came twice counts by its last value, as most vendors' own examples read it. */
function singleValues(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const single: Record<string, string> = {}
  for (const name in query) {
    const value = query[name]
    single[name] = String(Array.isArray(value) ? value.at(-1) : value)
  }
  return single
}

function plain(request: Request, h: ResponseToolkit, parts: HookParts, reply: HookReply | Reply): ResponseObject {
  const { body } = reply
  const content = isRawBody(body) ? body.content : typeof body === 'string' ? body : ''
  const type = isRawBody(body) ? body.contentType : 'contentType' in reply ? reply.contentType : undefined
  const response = h.response(content === '' ? undefined : content).code(reply.status)
  if (content !== '') response.type(type ?? 'text/plain; charset=utf-8')
  for (const name in reply.headers) response.header(name, reply.headers[name] ?? '')
  return finish(request, response, parts)
}

/** What was refused gets a line in the log; what was taken in is counted by the intake. */
function refuse(
  request: Request,
  h: ResponseToolkit,
  parts: HookParts,
  facts: ProblemFacts,
  error?: unknown,
): ResponseObject {
  const { requestId } = contextOf(request)
  const { adapter } = request.params
  const fields = { requestId, route: 'receiveWebhook', adapter, status: facts.status, code: facts.code }
  if (isUnexpected(facts)) parts.log.error({ ...fields, error }, 'webhook failed unexpectedly')
  else parts.log.warn({ ...fields, ...(facts.status === 503 ? { error } : {}) }, 'webhook refused')
  return finish(request, problemResponse(h, facts, { requestId, path: request.path }), parts)
}

/** Counted by the limits; a line for each would let whoever floods us flood the log as well. */
function turnAway(request: Request, h: ResponseToolkit, parts: HookParts, verdict: Verdict): ResponseObject {
  const asked = { requestId: contextOf(request).requestId, path: request.path }
  return finish(request, problemResponse(h, tooMany(verdict), asked), parts)
}

function finish(request: Request, response: ResponseObject, parts: HookParts): ResponseObject {
  response.header('x-request-id', contextOf(request).requestId)
  response.header('x-content-type-options', 'nosniff')
  if (parts.draining()) response.header('connection', 'close')
  return response
}
