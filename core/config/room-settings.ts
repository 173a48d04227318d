import type { ObjectSchema } from 'joi'
import { reasonsOf } from './reasons.ts'

/** The part of a joi description that is read here. */
interface Description {
  readonly type?: string
  readonly keys?: Readonly<Record<string, Description>>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of a room, read by its own schema: `maxBodyBytes` of the room `HTTP` is `HTTP_MAX_BODY_BYTES`, and
 * `live.maxSockets` is `HTTP_LIVE_MAX_SOCKETS`; a list has commas between. `values` holds only what is set, the room fills
 * in its defaults; `problems` names the variables that are wrong.
 */
export function roomSettings(
  prefix: string,
  schema: ObjectSchema,
  env: Environment,
): { readonly values: Record<string, unknown>; readonly problems: readonly string[] } {
  const given = fromEnvironment(prefix, schema, env)
  const { value, error } = schema.validate(given, { abortEarly: false, noDefaults: true })
  if (error === undefined) return { values: value, problems: [] }
  const named = error.details.map((detail) => `"${[prefix, ...detail.path.map(String)].map(screaming).join('_')}"`)
  return { values: {}, problems: reasonsOf(error).map((reason, i) => `${named[i]} (${reason})`) }
}

/** What `env` sets of a schema's fields, as text: the schema converts and checks. */
export function fromEnvironment(prefix: string, schema: ObjectSchema, env: Environment): Record<string, unknown> {
  return collect(prefix, schema.describe() as Description, env)
}

function collect(prefix: string, description: Description, env: Environment): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(description.keys ?? {})) {
    const name = `${prefix}_${screaming(key)}`
    if (child.type === 'object') {
      const nested = collect(name, child, env)
      if (Object.keys(nested).length > 0) found[key] = nested
    } else {
      const value = env[name]
      if (value !== undefined && value !== '') found[key] = child.type === 'array' ? value.split(',') : value
    }
  }
  return found
}

/** `maxBodyBytes` → `MAX_BODY_BYTES` */
function screaming(name: string): string {
  return name === name.toUpperCase() ? name : name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}
