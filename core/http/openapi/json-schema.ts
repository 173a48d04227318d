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
  const made = withNullInEnums(standard.jsonSchema.input({ target: 'draft-2020-12' })) as JsonSchema
  const id: unknown = schema.$_getFlag('id')
  if (typeof id !== 'string') return made
  // joi lists the definitions below a schema, but not the schema itself, which links to it may mean.
  const { $defs = {}, ...self } = made
  return { ...self, $defs: { ...Object($defs), [id]: self } }
}

/** joi 18.3.2 names null among the types of `valid(…).allow(null)` and leaves it out of the `enum`, which then refuses it. */
function withNullInEnums(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNullInEnums)
  if (typeof node !== 'object' || node === null) return node
  const schema = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withNullInEnums(value)]))
  const { type, enum: values } = schema
  const lacksNull = Array.isArray(type) && type.includes('null') && Array.isArray(values) && !values.includes(null)
  return lacksNull ? { ...schema, enum: [...values, null] } : schema
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
