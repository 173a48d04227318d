import { UnavailableError } from '@parley/core'

/** Whatever the SDK throws means that the store cannot be used now; its text may name keys, so only the code is told. */
export function asOutage(error: unknown): UnavailableError {
  return new UnavailableError('object-store.unavailable', `The file store cannot be used: ${codeOf(error)}.`, {
    cause: error,
    retryAfterSeconds: 10,
  })
}

/** `undefined` for an object that is not there. S3 words it in two ways, by the method. */
export async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (['NoSuchKey', 'NotFound'].includes(codeOf(error))) return undefined
    throw asOutage(error)
  }
}

/** Runs a call whose every failure is an outage. */
export async function orOutage<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw asOutage(error)
  }
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
