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
  const made = standard.jsonSchema.input({ target: 'draft-2020-12' })
  const id: unknown = schema.$_getFlag('id')
  if (typeof id !== 'string') return made
  // joi lists the definitions below a schema, but not the schema itself, which links to it may mean.
  const { $defs = {}, ...self } = made
  return { ...self, $defs: { ...Object($defs), [id]: self } }
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
