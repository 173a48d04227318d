import type { JsonSchema } from '../openapi/json-schema.ts'

/**
 * AsyncAPI 3.0 builds on JSON Schema draft-07, joi writes 2020-12. Of what joi writes, only tuples differ (never together
 * with `items`): https://json-schema.org/draft/2020-12/release-notes#changes-to-items-and-additionalitems
 */
const RENAMED: Readonly<Record<string, string>> = { prefixItems: 'items', unevaluatedItems: 'additionalItems' }

/** Keywords whose values are data, not schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required'])

/** A schema in the words of AsyncAPI's dialect. */
export function inDialect(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [RENAMED[keyword] ?? keyword, converted(keyword, value)]),
  )
}

/** Schemas by name: here a key is no keyword. */
export function allInDialect(schemas: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, converted('', schema)]))
}

function converted(keyword: string, value: unknown): unknown {
  if (DATA.has(keyword)) return value
  if (Array.isArray(value)) return value.map((item) => converted('', item))
  if (typeof value !== 'object' || value === null) return value
  return keyword === 'properties' ? allInDialect({ ...value }) : inDialect({ ...value })
}
