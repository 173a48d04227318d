import type { Schema } from 'joi'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'

const LOCAL = '#/$defs/'
const SHARED = '#/components/schemas/'

/**
 * Schemas that others refer to, by name, for the whole document. A joi schema brings its definitions along under `$defs`;
 * in a document `#/$defs/x` would mean its root, so they are moved here. Two different definitions of one name both stay,
 * the later one as `name2`.
 */
export class Definitions {
  readonly #schemas: Record<string, JsonSchema>
  /** What a name was made from, to tell a repetition from a clash. */
  readonly #sources = new Map<string, string>()

  constructor(known: Record<string, JsonSchema>) {
    this.#schemas = { ...known }
    for (const name in known) this.#sources.set(name, '')
  }

  all(): Record<string, JsonSchema> {
    return this.#schemas
  }

  /** The schema with its references pointing here. Only definitions that somebody refers to are kept. */
  schemaOf(schema: Schema): JsonSchema {
    return this.hoist(jsonSchemaOf(schema))
  }

  hoist({ $defs = {}, ...schema }: JsonSchema): JsonSchema {
    return this.#rewrite(schema, $defs as Record<string, JsonSchema>) as JsonSchema
  }

  #rewrite(node: unknown, local: Record<string, JsonSchema>): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#rewrite(item, local))
    if (typeof node !== 'object' || node === null) return node
    const reference = '$ref' in node ? String(node.$ref) : ''
    if (reference.startsWith(LOCAL)) return this.#refer(reference.slice(LOCAL.length), local)
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.#rewrite(value, local)]))
  }

  /** A reference to a definition that is nowhere becomes "anything". */
  #refer(name: string, local: Record<string, JsonSchema>): JsonSchema {
    const definition = local[name]
    if (definition === undefined) return {}
    const source = JSON.stringify(definition)
    const shared = this.#nameFor(name, source)
    if (!this.#sources.has(shared)) {
      // Before the rewriting, which ends here again when a definition refers to itself.
      this.#sources.set(shared, source)
      this.#schemas[shared] = this.#rewrite(definition, local) as JsonSchema
    }
    return { $ref: SHARED + shared }
  }

  #nameFor(name: string, source: string): string {
    for (let count = 1; ; count += 1) {
      const candidate = count === 1 ? name : `${name}${count}`
      const taken = this.#sources.get(candidate)
      if (taken === undefined || taken === source) return candidate
    }
  }
}
