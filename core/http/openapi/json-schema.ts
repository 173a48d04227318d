import type { Schema } from 'joi'
import { reasonOf } from '../../plugin/errors.ts'

export type JsonSchema = Record<string, unknown>

/** joi's own JSON Schema (Standard JSON Schema, joi 18); its types do not show it yet. */
interface WithJsonSchema {
  readonly '~standard': { readonly jsonSchema: { input(options: { target: 'draft-2020-12' }): JsonSchema } }
}

/** The JSON Schema of what a joi schema accepts: the dialect of OpenAPI 3.1. Throws for what cannot be put so. */
export function jsonSchemaOf(schema: Schema): JsonSchema {
  const standard = (schema as unknown as WithJsonSchema)['~standard']
  return standard.jsonSchema.input({ target: 'draft-2020-12' })
}

/** Why a schema cannot be documented, or `undefined` when it can. */
export function jsonSchemaFault(schema: Schema): string | undefined {
  try {
    jsonSchemaOf(schema)
    return undefined
  } catch (error) {
    return `has no JSON Schema: ${reasonOf(error)}`
  }
}

/**
 * Moves the definitions that a schema brings along to a shared place, and points its references there: `#/$defs/x` would
 * mean the root of the whole document. A reference to a definition that is nowhere becomes "anything".
 */
export function hoist(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  const { $defs, ...rest } = schema
  const own = ($defs ?? {}) as Record<string, JsonSchema>
  for (const [name, definition] of Object.entries(own)) {
    definitions[name] = definition
    definitions[name] = rewrite(definition, definitions) as JsonSchema
  }
  return rewrite(rest, definitions) as JsonSchema
}

function rewrite(node: unknown, definitions: Record<string, JsonSchema>): unknown {
  if (Array.isArray(node)) return node.map((item) => rewrite(item, definitions))
  if (typeof node !== 'object' || node === null) return node
  const reference = '$ref' in node ? String(node.$ref) : ''
  if (reference.startsWith('#/$defs/')) {
    const name = reference.slice('#/$defs/'.length)
    return name in definitions ? { $ref: `#/components/schemas/${name}` } : {}
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, rewrite(value, definitions)]))
}
