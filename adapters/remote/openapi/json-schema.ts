import type { Schema } from 'joi'

export type JsonSchema = Readonly<Record<string, unknown>>

/** joi's own JSON Schema (Standard JSON Schema, joi 18); its types do not show it yet. */
interface WithJsonSchema {
  readonly '~standard': { readonly jsonSchema: { input(options: { target: 'draft-2020-12' }): JsonSchema } }
}

/** What a remote may not say has no place in what it reads: fields that are ours, keys of our object store. */
const UNSPOKEN = ['connectionId', 'channel', 'objectKey']

/** The JSON Schema of what a joi schema accepts, in the dialect of OpenAPI 3.1. */
export function jsonSchemaOf(schema: Schema, without: readonly string[] = []): JsonSchema {
  const { jsonSchema } = (schema as unknown as WithJsonSchema)['~standard']
  return tidy(jsonSchema.input({ target: 'draft-2020-12' }), without) as JsonSchema
}

export function eventSchemaOf(schema: Schema): JsonSchema {
  return jsonSchemaOf(schema, UNSPOKEN)
}

/** The kind that chooses among alternatives is needed; joi writes a fixed value as one that may be left out. */
function tidy(node: unknown, without: readonly string[]): unknown {
  if (Array.isArray(node)) return node.map((element) => tidy(element, without))
  if (typeof node !== 'object' || node === null) return node
  const schema = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, tidy(value, without)]))
  if (typeof schema.properties !== 'object' || schema.properties === null) return schema
  const spoken = Object.entries(schema.properties).filter(([name]) => !without.includes(name))
  const properties: Record<string, unknown> = Object.fromEntries(spoken)
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  if (Object(properties.kind).enum !== undefined) required.add('kind')
  return { ...schema, properties, ...(required.size === 0 ? {} : { required: [...required] }) }
}
