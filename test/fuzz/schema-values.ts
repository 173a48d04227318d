import fc, { type Arbitrary } from 'fast-check'
import type { Schema } from './api-document.ts'

export interface Values {
  /** Ids that something has. */
  readonly ids: readonly string[]
  /** Follows a `$ref`. */
  readonly resolve: <T>(node: T) => T
}

/** Below this depth optional parts are left out: schemas may hold themselves. */
const DEEPEST = 6

/** Values that a JSON Schema accepts, in the part of draft 2020-12 that joi writes. */
export function valuesOf(schema: Schema, values: Values, depth = 0): Arbitrary<unknown> {
  const node = values.resolve(schema)
  if (Array.isArray(node.enum)) return fc.constantFrom(...(node.enum as unknown[]))
  if (Array.isArray(node.anyOf)) return fc.oneof(...(node.anyOf as Schema[]).map((one) => valuesOf(one, values, depth)))
  const types = node.type === undefined ? [] : [node.type].flat()
  if (types.length === 0) return 'properties' in node ? objects(node, values, depth) : anything(depth)
  return fc.oneof(...types.map((type) => typed(String(type), node, values, depth)))
}

function typed(type: string, node: Schema, values: Values, depth: number): Arbitrary<unknown> {
  if (type === 'null') return fc.constant(null)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.integer(range(node))
  if (type === 'number') return fc.oneof(fc.integer(range(node)), fc.double({ ...range(node), noNaN: true }))
  if (type === 'array') return arrays(node, values, depth)
  if (type === 'object') return objects(node, values, depth)
  return strings(node, values)
}

function range({ minimum = -1_000_000, maximum = 1_000_000 }: Schema): { min: number; max: number } {
  const [min, max] = [Number(minimum), Number(maximum)]
  return { min: Math.min(min, max), max: Math.max(min, max) }
}

function arrays(node: Schema, values: Values, depth: number): Arbitrary<unknown> {
  const minLength = Number(node.minItems ?? 0)
  if (depth > DEEPEST && minLength === 0) return fc.constant([])
  const items = valuesOf((node.items ?? { type: 'string' }) as Schema, values, depth + 1)
  const size = { minLength, maxLength: Math.max(minLength, Math.min(3, Number(node.maxItems ?? 3))) }
  return node.uniqueItems === true
    ? fc.uniqueArray(items, { ...size, selector: (one) => JSON.stringify(one) })
    : fc.array(items, size)
}

function objects(node: Schema, values: Values, depth: number): Arbitrary<unknown> {
  const required = new Set((node.required ?? []) as string[])
  const properties = Object.entries((node.properties ?? {}) as Record<string, Schema>).filter(
    ([name]) => required.has(name) || depth <= DEEPEST,
  )
  const named = fc.record(
    Object.fromEntries(properties.map(([name, one]) => [name, valuesOf(one, values, depth + 1)])),
    {
      requiredKeys: [...required],
    },
  )
  const more = moreProperties(node, values, depth)
  const least = Number(node.minProperties ?? 0)
  const whole = more === undefined ? named : fc.tuple(more, named).map(([others, own]) => ({ ...others, ...own }))
  return least === 0 ? whole : whole.filter((one) => Object.keys(one).length >= least)
}

/** What stands beside the named properties: maps, and settings that are free. */
function moreProperties(node: Schema, values: Values, depth: number): Arbitrary<Record<string, unknown>> | undefined {
  const [pattern] = Object.entries((node.patternProperties ?? {}) as Record<string, Schema>)
  const limit = { minKeys: 0, maxKeys: Math.min(3, Number(node.maxProperties ?? 3)) }
  if (pattern !== undefined) {
    return fc.dictionary(matching(pattern[0]), valuesOf(pattern[1], values, depth + 1), limit)
  }
  const others = node.additionalProperties
  if (others === false || depth > DEEPEST) return undefined
  const value = typeof others === 'object' ? valuesOf(others as Schema, values, depth + 1) : anything(depth)
  return fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,12}$/), value, limit)
}

function strings(node: Schema, { ids }: Values): Arbitrary<unknown> {
  const minLength = Number(node.minLength ?? 0)
  const maxLength = Math.max(minLength, Math.min(Number(node.maxLength ?? 40), minLength + 40))
  const formatted = FORMATS[String(node.format)]
  if (formatted !== undefined) return formatted(ids)
  const fits = (text: string) => text.length >= minLength && text.length <= Number(node.maxLength ?? 1_000)
  if (typeof node.pattern === 'string') return matching(node.pattern).filter(fits)
  const plain = fc.string({ minLength, maxLength, unit: fc.constantFrom('a', 'B', '7', '-', ' ', 'é', '漢', '🙂') })
  return ids.length === 0
    ? plain.filter(fits)
    : fc.oneof({ weight: 3, arbitrary: plain.filter(fits) }, fc.constantFrom(...ids))
}

/** Addresses lead nowhere but to this machine. */
const FORMATS: Readonly<Record<string, (ids: readonly string[]) => Arbitrary<unknown>>> = {
  uuid: (ids) => (ids.length === 0 ? fc.uuid() : fc.oneof(fc.constantFrom(...ids), fc.uuid())),
  'date-time': () =>
    fc
      .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
  uri: () => fc.constantFrom('http://127.0.0.1:9/hook', 'https://127.0.0.1:9/ü?a=b#c', 'https://parley.invalid/x'),
  email: () => fc.stringMatching(/^[a-z0-9]{1,12}$/).map((name) => `${name}@fuzz.example`),
  hex: () => fc.stringMatching(/^([0-9a-f]{2}){1,16}$/),
}

/** fast-check knows no look-around; such patterns are met by trying short texts. */
function matching(source: string): Arbitrary<string> {
  const pattern = new RegExp(source, 'u')
  if (source.includes('(?!')) return fc.stringMatching(/^\/[a-z/]{0,10}$/).filter((text) => pattern.test(text))
  return fc.stringMatching(pattern)
}

function anything(depth: number): Arbitrary<unknown> {
  return fc.jsonValue({ maxDepth: Math.max(0, 2 - depth) })
}
