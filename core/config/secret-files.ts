import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ParleyError, reasonOf } from '../plugin/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Other names in the folder (`..data` of Kubernetes, another program's secret) are none of ours. */
const VARIABLE = /^[A-Z][A-Z0-9_]*$/

/** A secret, not a document. */
const MAX_CHARACTERS = 64 * 1024

/**
 * Settings that lie in files, as Docker, Kubernetes and systemd hand out secrets: `PARLEY_SECRETS` names a folder, and each
 * file in it is the variable of its name (`/run/secrets/DATABASE_URL`), without the line break at its end. Without
 * `PARLEY_SECRETS` the result is `env`. Throws `config.secrets` naming folder, file and variable, never a content: what
 * cannot be read, is empty or too long, or is also set in the environment.
 */
export function withSecretFiles(env: Environment): Environment {
  const folder = env.PARLEY_SECRETS
  if (folder === undefined || folder === '') return env
  const names = reading(folder, () => readdirSync(folder)).filter((name) => VARIABLE.test(name))
  const doubled = names.filter((name) => env[name] !== undefined && env[name] !== '')
  if (doubled.length > 0) {
    throw new ParleyError('config.secrets', `${doubled.join(', ')}: set both in the environment and in ${folder}`)
  }
  return { ...env, ...Object.fromEntries(names.map((name) => [name, secretIn(join(folder, name))])) }
}

function secretIn(file: string): string {
  const secret = reading(file, () => readFileSync(file, 'utf8')).replace(/\r?\n$/, '')
  if (secret !== '' && secret.length <= MAX_CHARACTERS) return secret
  const expected = `expected 1 to ${MAX_CHARACTERS} characters, got ${secret.length}`
  throw new ParleyError('config.secrets', `${file}: ${expected}`)
}

function reading<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new ParleyError('config.secrets', `${path}, of PARLEY_SECRETS, cannot be read: ${reasonOf(cause)}`, { cause })
  }
}
