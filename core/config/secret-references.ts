import type { SecretsSource } from '../contracts/ports/secrets-source.ts'
import { ParleyError } from '../plugin/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Finds a source by its key; `undefined` when there is none. Throws when it cannot be made. */
export type FindSource = (key: string) => Promise<SecretsSource | undefined>

interface Reference {
  readonly variable: string
  readonly source: string
  readonly name: string
  /** Of a secret that is a JSON object. */
  readonly field: string | undefined
}

const REFERENCE = /^secret:([a-z][a-z0-9-]*)\/([^#]+)(?:#([\w.-]+))?$/

export function hasReferences(env: Environment): boolean {
  return Object.values(env).some((value) => value?.startsWith('secret:'))
}

/**
 * The environment with what lies in a secrets manager filled in. A variable refers to it as `secret:<source>/<name>`, or
 * `secret:<source>/<name>#<field>` for one field of a JSON object: `DATABASE_URL=secret:aws-secrets/prod/parley#databaseUrl`.
 * Each secret is read once. Throws `config.secrets` naming the variable and what is wrong, never a value.
 */
export async function withReferences(env: Environment, findSource: FindSource): Promise<Environment> {
  const references = Object.entries(env).flatMap(([variable, value]) =>
    value?.startsWith('secret:') ? [parse(variable, value)] : [],
  )
  const read = new Map<string, Promise<string>>()
  const filled: Record<string, string | undefined> = { ...env }
  for (const reference of references) {
    const place = `${reference.source}/${reference.name}`
    const reading = read.get(place) ?? readOne(reference, findSource)
    read.set(place, reading)
    filled[reference.variable] = fieldOf(reference, await reading)
  }
  return filled
}

function parse(variable: string, value: string): Reference {
  const [, source, name, field] = REFERENCE.exec(value) ?? []
  if (source === undefined || name === undefined) {
    throw new ParleyError(
      'config.secrets',
      `${variable}: expected secret:<source>/<name> or secret:<source>/<name>#<field>`,
    )
  }
  return { variable, source, name, field }
}

async function readOne({ variable, source: key, name }: Reference, findSource: FindSource): Promise<string> {
  const source = await findSource(key)
  if (source === undefined)
    throw new ParleyError('config.secrets', `${variable}: there is no source of secrets "${key}"`)
  const found = await source.read(name)
  if (found.ok) return found.value
  throw new ParleyError(
    'config.secrets',
    `${variable}: ${key} has no ${name} for us (${found.reason}): ${found.detail}`,
  )
}

function fieldOf({ variable, name, field }: Reference, secret: string): string {
  if (field === undefined) return secret
  const value = parsed(secret)?.[field]
  if (typeof value === 'string' && value !== '') return value
  throw new ParleyError('config.secrets', `${variable}: expected ${name} to be a JSON object with a text "${field}"`)
}

/** JSON.parse quotes the text it fails on, and this text is secret: its error goes no further. */
function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
