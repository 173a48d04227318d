import { UnavailableError } from '@parley/core'

const OUTAGES = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EACCES', 'EPERM', 'ENOTDIR'])

/** The disk's own failures are outages; what the sender's stream threw stays what it was. */
export function asOutage(error: unknown): unknown {
  if (!OUTAGES.has(codeOf(error))) return error
  return new UnavailableError('object-store.unavailable', `The file store cannot be used: ${codeOf(error)}.`, {
    cause: error,
    retryAfterSeconds: 10,
  })
}

/** `undefined` for what is not there. */
export async function orAbsent<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw asOutage(error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
