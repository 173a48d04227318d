import type { ResponseObject, ResponseToolkit } from '@hapi/hapi'
import type { RawBody, Reply } from '../../plugin/route.ts'
import { PROBLEM_TYPE, type ProblemFacts, problemDocument, problemFactsOf } from './problem.ts'

/** Who the answer goes to, for the problem document. */
export interface Asked {
  readonly requestId: string
  readonly path: string
}

/** A handler's reply as hapi's response: JSON, raw content, a problem document, or nothing. */
export function responseOf(h: ResponseToolkit, reply: Reply, asked: Asked): ResponseObject {
  const facts = problemFactsOf(reply)
  const response = facts === undefined ? contentOf(h, reply) : problemResponse(h, facts, asked)
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.header(name, value)
  return response
}

export function problemResponse(h: ResponseToolkit, facts: ProblemFacts, asked: Asked): ResponseObject {
  const response = h
    .response(problemDocument(facts, asked.requestId, asked.path))
    .code(facts.status)
    .type(PROBLEM_TYPE)
  for (const [name, value] of Object.entries(facts.headers ?? {})) response.header(name, value)
  return response
}

function contentOf(h: ResponseToolkit, reply: Reply): ResponseObject {
  const { body, status } = reply
  if (body === undefined) return h.response().code(status)
  if (isRawBody(body)) return h.response(body.content).code(status).type(body.contentType)
  return h.response(JSON.stringify(body)).code(status).type('application/json')
}

export function isRawBody(body: unknown): body is RawBody {
  return typeof body === 'object' && body !== null && '$$type' in body && body.$$type === 'parley.raw-body'
}
