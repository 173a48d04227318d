import { ParleyError } from '../plugin/errors.ts'

/** Database keys that a write of a connection can break, and what that says to the caller. */
const BY_CONSTRAINT: Readonly<Record<string, { code: string; message: string; field: string }>> = {
  account_route_own: {
    code: 'connections.account-taken',
    message: 'This account is connected at this endpoint already.',
    field: 'externalId',
  },
  connection_account: {
    code: 'connections.account-taken',
    message: 'This account is connected already.',
    field: 'externalId',
  },
  connection_endpoint: {
    code: 'connections.endpoint-unknown',
    message: 'There is no such webhook endpoint.',
    field: 'endpointId',
  },
}

/** Tells a broken key as what it means. Whose connection stands in the way is never told. */
export async function refusedWrite<T>(of: { provider: string }, write: PromiseLike<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    const refusal = BY_CONSTRAINT[constraint]
    if (refusal === undefined) throw error
    const { code, message, field } = refusal
    throw new ParleyError(code, message, { cause: error, details: { field, provider: of.provider } })
  }
}
