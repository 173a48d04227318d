import { type Boom, isBoom } from '@hapi/boom'
import { ParleyError, UnavailableError } from '../../plugin/errors.ts'
import type { FieldError, ProblemFacts } from './problem.ts'
import { Refused } from './refused.ts'

/** ParleyErrors that say "the request is wrong". All others are ours to mend: a 500. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  'request.invalid': 400,
  'cursor.invalid': 400,
  'settings.invalid': 400,
}

/** hapi's own errors, by status. Their messages are fixed texts of hapi; these are ours. */
const HAPI_PROBLEMS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['request.malformed', 'The request could not be read: its path, query or body is malformed.'],
  401: ['auth.required', 'This needs a valid credential in the Authorization header.'],
  403: ['auth.forbidden', 'The credential does not allow this.'],
  404: ['route.not-found', 'There is nothing at this path.'],
  405: ['method.not-allowed', 'This path does not take this method; Allow lists those it takes.'],
  408: ['request.timeout', 'The body took too long to arrive.'],
  413: ['payload.too-large', 'The body is larger than this route accepts.'],
  415: ['payload.unsupported-type', 'This route does not accept a body of this content type.'],
  503: ['unavailable', 'The server could not answer in time; try again shortly.'],
}

/** True for errors that nobody expected: answered with a bare 500, and logged with their cause. */
export function isUnexpected(facts: ProblemFacts): boolean {
  return facts.status === 500
}

/** What a caller may know about an error. No message of an unexpected error ever gets out. */
export function problemOfError(error: unknown): ProblemFacts {
  if (error instanceof Refused) return error.facts
  if (error instanceof UnavailableError) return unavailable(error)
  if (error instanceof ParleyError) return refusedInput(error) ?? INTERNAL
  if (isBoom(error) && ABORTED.has(error.message))
    return { status: 400, code: 'request.aborted', detail: 'The body ended before it was complete.' }
  if (isBoom(error) && !error.isServer) return hapiProblem(error)
  if (isBoom(error) && error.output.statusCode === 503)
    return { ...hapiProblem(error), headers: { 'retry-after': '1' } }
  return INTERNAL
}

/** What hapi throws, as server errors, when a caller goes away in the middle of its body. */
const ABORTED: ReadonlySet<string> = new Set(['Payload stream closed prematurely', 'Payload stream error'])

const INTERNAL: ProblemFacts = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong on our side. The request id helps us to find it.',
}

function unavailable(error: UnavailableError): ProblemFacts {
  return {
    status: 503,
    code: error.code,
    detail: 'The service cannot take this right now, and nothing was stored. Try again shortly.',
    headers: { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) },
  }
}

function refusedInput(error: ParleyError): ProblemFacts | undefined {
  const status = STATUS_BY_CODE[error.code]
  if (status === undefined) return undefined
  const errors = fieldErrors(error)
  return { status, code: error.code, detail: error.message, ...(errors.length === 0 ? {} : { extra: { errors } }) }
}

function fieldErrors(error: ParleyError): readonly FieldError[] {
  const { errors, field } = error.details
  if (Array.isArray(errors)) return errors as readonly FieldError[]
  return typeof field === 'string' ? [{ field, message: error.message }] : []
}

function hapiProblem(error: Boom): ProblemFacts {
  const status = statusOf(error)
  const [code, detail] = HAPI_PROBLEMS[status] ?? ['request.refused', 'The request was refused.']
  return { status, code, detail: brokenJson(error) ?? detail }
}

/** hapi wraps what its multipart parser says in a 400; too large stays too large. */
function statusOf(error: Boom): number {
  return isBoom(error.data) && error.data.output.statusCode === 413 ? 413 : error.output.statusCode
}

function brokenJson(error: Boom): string | undefined {
  return error.message === 'Invalid request payload JSON format' ? 'The body is not valid JSON.' : undefined
}
