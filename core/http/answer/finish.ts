import type { Lifecycle, Request, ResponseObject, ResponseToolkit } from '@hapi/hapi'
import type { Logger } from '../../plugin/services.ts'
import { limitHeaders } from '../limits/verdict.ts'
import { contextOf } from '../request/context.ts'
import type { ProblemFacts } from './problem.ts'
import { isUnexpected, problemOfError } from './problem-of-error.ts'
import { problemResponse } from './send.ts'

/** What stands on every answer. */
export interface Finish {
  readonly log: Logger
  /** For answers of no route of ours: a 404, a broken path. */
  readonly headers: Readonly<Record<string, string>>
  /** True once the server is about to stop: connections are not kept. */
  draining(): boolean
  /** Methods that the path would take; empty when the path leads nowhere. */
  allowed(request: Request): readonly string[]
}

declare module '@hapi/hapi' {
  interface RouteOptionsApp {
    /** Headers of this route's answers; see headers.ts. */
    headers?: Readonly<Record<string, string>>
  }
}

/** The last step of every answer outside of webhooks: errors become problem documents, and the shared headers are set. */
export function finisher(finish: Finish): Lifecycle.Method {
  return (request, h) => {
    const { response } = request
    const done = 'isBoom' in response ? answerError(request, h, response, finish) : response
    setHeaders(done, request, finish)
    return done === response ? h.continue : done
  }
}

function answerError(request: Request, h: ResponseToolkit, error: Error, finish: Finish): ResponseObject {
  const { requestId } = contextOf(request)
  const facts = wrongMethod(request, problemOfError(error), finish)
  if (isUnexpected(facts)) {
    const route = request.route.settings.app?.routeId ?? 'none'
    finish.log.error({ requestId, route, error }, 'request failed unexpectedly')
  }
  return problemResponse(h, facts, { requestId, path: request.path })
}

/** hapi answers 404 when a path exists with other methods only; RFC 9110 wants 405 and `Allow`. */
function wrongMethod(request: Request, facts: ProblemFacts, finish: Finish): ProblemFacts {
  if (facts.code !== 'route.not-found' || request.route.settings.app?.routeId !== undefined) return facts
  const allowed = finish.allowed(request)
  if (allowed.length === 0) return facts
  return {
    status: 405,
    code: 'method.not-allowed',
    detail: `This path takes ${allowed.join(', ')}, not ${request.method.toUpperCase()}.`,
    headers: { allow: allowed.join(', ') },
  }
}

function setHeaders(response: ResponseObject, request: Request, finish: Finish): void {
  const { requestId, correlationId, verdicts = [] } = contextOf(request)
  response.header('x-request-id', requestId)
  response.header('x-correlation-id', correlationId)
  for (const [name, value] of Object.entries(limitHeaders(verdicts))) response.header(name, value)
  for (const [name, value] of Object.entries(request.route.settings.app?.headers ?? finish.headers)) {
    response.header(name, value, { override: false })
  }
  if (finish.draining()) response.header('connection', 'close')
}
