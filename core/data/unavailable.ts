import { ParleyError, UnavailableError } from '../plugin/errors.ts'
import { silence } from './deadline-client.ts'

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

/**
 * SQLSTATE codes that say "the server, not the query" (https://www.postgresql.org/docs/18/errcodes-appendix.html):
 * class 08 connection, class 53 out of resources, 57P01 to 57P05 shut down or starting, 25P03 and 25P04 transaction
 * timed out, 25006 read-only since a failover.
 */
const downState = /^(08...|53...|57P0[1-5]|25P0[34]|25006)$/

/** Serialization failure, deadlock, lock timeout: the same work may succeed a moment later. */
const busyState = /^(40001|40P01|55P03)$/

/** How pg and knex word a lost or unavailable connection; neither gives these a code, and knex puts `<SQL> - ` in front. */
const lostConnection = new RegExp(
  `(?:^| - )(${silence}|Connection terminated|Client has encountered a connection error|timeout expired|timeout exceeded when trying to connect|Unable to acquire a connection|Connection ended unexpectedly|write after end|This socket has been ended)`,
)

/**
 * The one place where a failure of the database itself becomes an {@link UnavailableError}: `database.unavailable` when
 * the server cannot be reached or has no resources left, `database.busy` for deadlocks, lock timeouts and an exhausted
 * pool. Anything else (a constraint, bad SQL, a statement that took too long, an error of the caller's) is returned as it came.
 *
 * A connection lost during COMMIT, or cut because no answer to it came, is reported the same way although the commit may have happened: whoever repeats the
 * work must be protected by a key of its own.
 */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ParleyError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (isDown(error, code)) {
    return new UnavailableError('database.unavailable', 'The database cannot be reached.', {
      cause: error,
      retryAfterSeconds: 2,
    })
  }
  if (busyState.test(code) || error.name === 'KnexTimeoutError') {
    return new UnavailableError('database.busy', 'The database is too busy for this now.', {
      cause: error,
      retryAfterSeconds: 1,
    })
  }
  return error
}

function isDown(error: Error, code: string): boolean {
  if (socketCodes.has(code) && 'syscall' in error) return true
  if (downState.test(code)) return true
  if (error instanceof AggregateError) return error.errors.some((one) => isDown(one, String(one?.code ?? '')))
  return lostConnection.test(error.message)
}
