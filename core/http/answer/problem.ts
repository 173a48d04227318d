import { STATUS_CODES } from 'node:http'

/** What is wrong with one field of a request. `field` is a dot path, or `body`, `query`, `path` for the whole. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/** RFC 9457, `application/problem+json`. `code` is for programs and stable, `detail` for people. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  /** The path that was called, without its query. */
  readonly instance: string
  readonly errors?: readonly FieldError[]
  readonly [extension: string]: unknown
}

/** A problem before it knows its request. */
export interface ProblemFacts {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly extra?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

export const PROBLEM_TYPE = 'application/problem+json'

/** `urn:parley:problem:request.invalid`: names the kind of problem, and is no address. */
export function problemDocument(facts: ProblemFacts, requestId: string, instance: string): ProblemDocument {
  return {
    ...facts.extra,
    type: `urn:parley:problem:${facts.code}`,
    title: STATUS_CODES[facts.status] ?? 'Error',
    status: facts.status,
    detail: facts.detail,
    code: facts.code,
    requestId,
    instance,
  }
}

/** The body that `problem()` of the plugin contract makes, or `undefined` for any other body. */
export function problemFactsOf(reply: { status: number; body?: unknown }): ProblemFacts | undefined {
  const { body } = reply
  if (typeof body !== 'object' || body === null || !('$$type' in body) || body.$$type !== 'parley.problem')
    return undefined
  const { $$type, code, detail, ...extra } = body as Record<string, unknown>
  return { status: reply.status, code: String(code), detail: String(detail), extra }
}
