import { ParleyError } from '../plugin/errors.ts'

/** Why a step failed, for an operator to read: the database quotes rows in its errors, so only ours are told in full. */
export function faultOf(error: unknown): string {
  if (error instanceof ParleyError) return `${error.code}: ${error.message}`.slice(0, 500)
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}
