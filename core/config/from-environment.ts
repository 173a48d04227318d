import type { ObjectSchema } from 'joi'

/** The part of a joi description that is read here. */
interface Description {
  readonly type?: string
  readonly keys?: Readonly<Record<string, Description>>
}

/**
 * The settings of a room, read by its own schema: `maxBodyBytes` of the room `HTTP` is `HTTP_MAX_BODY_BYTES`, and
 * `live.maxSockets` is `HTTP_LIVE_MAX_SOCKETS`. Only what is set is there; a list has commas between. The room's schema
 * converts and checks.
 */
export function fromEnvironment(
  prefix: string,
  schema: ObjectSchema,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  return collect(prefix, schema.describe() as Description, env)
}

function collect(
  prefix: string,
  description: Description,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(description.keys ?? {})) {
    const name = `${prefix}_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
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
