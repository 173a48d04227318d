import { ParleyError } from '../plugin/errors.ts'

/** A table or function by its schema: unqualified names would depend on a search path. */
export interface QualifiedName {
  readonly schema: string
  readonly name: string
  /** Quoted, for SQL: `"inbox"."message"`. */
  readonly sql: string
}

const part = '[a-z_][a-z0-9_]*'
const pattern = new RegExp(`^(${part})\\.(${part})$`)

/** @throws ParleyError `schema.name` unless it is `schema.name` in lower case */
export function qualifiedName(text: string): QualifiedName {
  const [, schema, name] = pattern.exec(text) ?? []
  if (schema === undefined || name === undefined) {
    throw new ParleyError('schema.name', `A name here is written schema.name in lower case, not "${text}".`)
  }
  return { schema, name, sql: `"${schema}"."${name}"` }
}

/** The schema that belongs to a plugin: its id with `-` as `_`; the kernel's is `parley`. */
export function schemaOf(sourceId: string): string {
  return sourceId.replaceAll('-', '_')
}
