import { ParleyError } from '../../plugin/errors.ts'
import { problem, type Reply } from '../../plugin/route.ts'

const STATUS: Readonly<Record<string, number>> = {
  'connections.not-found': 404,
  'connections.account-taken': 409,
  'connections.endpoint-unknown': 400,
}

/** What the store refuses, as a problem; everything else stays an error. */
export async function answering(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    const status = error instanceof ParleyError ? STATUS[error.code] : undefined
    if (!(error instanceof ParleyError) || status === undefined) throw error
    const { field } = error.details
    return problem(status, error.code, error.message, typeof field === 'string' ? fieldError(field, error.message) : {})
  }
}

export function fieldError(field: string, message: string): { errors: readonly { field: string; message: string }[] } {
  return { errors: [{ field, message }] }
}

export function noSuchConnection(id: string): Reply {
  return problem(404, 'connections.not-found', `There is no connection ${id} in this tenant.`)
}

export function noSuchEndpoint(id: string): Reply {
  return problem(404, 'endpoints.not-found', `There is no webhook endpoint ${id} in this tenant.`)
}
