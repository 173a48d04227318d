import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectSchema } from 'joi'
import { accessSettings } from '../../core/access/settings.ts'
import { connectionSettings } from '../../core/connections/settings.ts'
import { databaseSettingsSchema } from '../../core/data/settings.ts'
import { eventSettingsSchema } from '../../core/events/settings.ts'
import { egressSettings } from '../../core/http/egress.ts'
import { httpSettings } from '../../core/http/settings.ts'
import { telemetrySettings } from '../../core/telemetry/settings.ts'
import { root } from './dockerfile.ts'

/** Variables that something else than a settings schema reads, and who. */
const ELSEWHERE = [
  'NODE_ENV', // the demo
  'PARLEY_DEMO', // the demo
  'PARLEY_SECRETS', // core/config/secret-files.ts
  'OTEL_EXPORTER_OTLP_ENDPOINT', // core/telemetry/settings.ts, and OpenTelemetry itself
  'OTEL_METRICS_EXPORTER', // the same
]

const ROOMS: Readonly<Record<string, ObjectSchema>> = {
  ACCESS: accessSettings,
  CONNECTIONS: connectionSettings,
  DATABASE: databaseSettingsSchema,
  EGRESS: egressSettings,
  EVENTS: eventSettingsSchema,
  HTTP: httpSettings,
  TELEMETRY: telemetrySettings,
}

/** Every environment variable that the kernel, its rooms and the adapters read. */
export async function knownVariables(): Promise<ReadonlySet<string>> {
  const kernel = readFileSync(join(root, 'core/config/settings.ts'), 'utf8').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)
  const rooms = Object.entries({ ...ROOMS, ...(await adapters()) })
  return new Set([
    ...ELSEWHERE,
    ...[...kernel].map(([, name = '']) => name),
    ...rooms.flatMap(([prefix, schema]) => namesOf(prefix, schema.describe() as Description)),
  ])
}

/** Settings schemas of the adapters, by the prefix of their variables: `KAFKA`. */
async function adapters(): Promise<Record<string, ObjectSchema>> {
  const found: Record<string, ObjectSchema> = {}
  for (const name of readdirSync(join(root, 'adapters'))) {
    const file = join(root, 'adapters', name, 'settings.ts')
    if (!existsSync(file)) continue
    const exported: Record<string, unknown> = await import(file)
    for (const value of Object.values(exported)) {
      if (isSchema(value)) found[screaming(name.replaceAll('-', '_'))] = value
    }
  }
  return found
}

function isSchema(value: unknown): value is ObjectSchema {
  return value instanceof Object && 'describe' in value
}

interface Description {
  readonly type?: string
  readonly keys?: Readonly<Record<string, Description>>
}

function namesOf(prefix: string, { keys = {} }: Description): readonly string[] {
  return Object.entries(keys).flatMap(([key, child]) => {
    const name = `${prefix}_${screaming(key)}`
    return child.type === 'object' ? namesOf(name, child) : [name]
  })
}

function screaming(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}
