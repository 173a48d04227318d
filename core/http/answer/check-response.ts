import type { ValidationOptions } from 'joi'
import { ParleyError } from '../../plugin/errors.ts'
import type { Reply, Route } from '../../plugin/route.ts'
import { problemFactsOf } from './problem.ts'
import { isRawBody } from './send.ts'

const AS_SENT: ValidationOptions = {
  abortEarly: false,
  convert: false,
  errors: { wrap: { label: false }, label: 'path' },
}

/**
 * Throws `response.undocumented` when a reply is not what the route documents: a status that is missing, a body that its
 * schema refuses. Checked on the JSON that goes out. Problems pass: all routes share their shape.
 */
export function checkResponse(route: Route, reply: Reply): void {
  if (problemFactsOf(reply) !== undefined) return
  const documented = route.responses[reply.status]
  if (documented === undefined) {
    throw undocumented(route, reply, `one of the statuses ${Object.keys(route.responses).join(', ')}`)
  }
  if (isRawBody(reply.body)) return
  if (documented.schema === undefined) {
    if (reply.body !== undefined) throw undocumented(route, reply, 'no body')
    return
  }
  const sent: unknown = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body))
  const { error } = documented.schema.validate(sent, { ...AS_SENT, presence: 'optional' })
  if (error) throw undocumented(route, reply, error.details.map((detail) => detail.message).join('; '))
}

function undocumented(route: Route, reply: Reply, expected: string): ParleyError {
  return new ParleyError(
    'response.undocumented',
    `Route ${route.id} (${route.method} ${route.path}) answered ${reply.status} with what it does not document: ${expected}.`,
  )
}
