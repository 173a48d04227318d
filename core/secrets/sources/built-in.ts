import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { SecretsSource } from '../../contracts/ports/secrets-source.ts'
import { reasonOf } from '../../plugin/errors.ts'
import { refuse } from '../../plugin/result.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Neither tells of versions. */
const UNVERSIONED = ''

/** Variables of the process, as they were when it started. */
export function environmentSource(env: Environment): SecretsSource {
  return {
    async read(name) {
      const value = env[name]
      return value === undefined || value === ''
        ? refuse('not-found', `The variable ${name} is not set.`)
        : { ok: true, value, version: UNVERSIONED }
    },
  }
}

/** Files by absolute path, without the line break at their end: as Docker, Kubernetes and systemd hand secrets out. */
export function fileSource(): SecretsSource {
  return {
    async read(name) {
      if (!isAbsolute(name)) return refuse('not-found', `${name} is no absolute path.`)
      try {
        const value = (await readFile(name, 'utf8')).replace(/\r?\n$/, '')
        return { ok: true, value, version: UNVERSIONED }
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined
        if (code === 'ENOENT') return refuse('not-found', `There is no file ${name}.`)
        if (code === 'EACCES') return refuse('refused', `The file ${name} may not be read.`)
        return refuse('unavailable', `The file ${name} cannot be read: ${reasonOf(error)}`, true)
      }
    },
  }
}
