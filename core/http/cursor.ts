import Joi, { type ArraySchema } from 'joi'
import { ParleyError } from '../plugin/errors.ts'

/** One place in a sorted list: the sort columns of the last row that was seen, in order. */
export type CursorTuple = readonly (string | number | boolean | null)[]

/** A page of a list as routes answer it. `next` is null on the last page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

const MAX_LENGTH = 1024

/** The tuple as an opaque text for URLs. Not secret and not signed: row-level security decides what a made-up one can see. */
export function encodeCursor(tuple: CursorTuple): string {
  return Buffer.from(JSON.stringify(tuple)).toString('base64url')
}

/**
 * The tuple that a caller sent back; `undefined` for the first page. `shape` says what each place holds:
 * `Joi.array().ordered(Joi.string().isoDate().required(), Joi.string().uuid().required())`. Throws `cursor.invalid`, which
 * is answered 400 and names the field `cursor`.
 */
export function decodeCursor<T extends CursorTuple>(cursor: string | undefined, shape: ArraySchema<T>): T | undefined {
  if (cursor === undefined) return undefined
  const { value, error } = shape.required().validate(parse(cursor), { convert: false })
  if (error) throw invalidCursor()
  return value
}

/**
 * A page from `limit + 1` rows that were read: the row too many only says that there is a next page. `cursorOf` names the
 * place of a row.
 */
export function page<T>(rows: { items: readonly T[]; limit: number; cursorOf: (item: T) => CursorTuple }): Page<T> {
  const items = rows.items.slice(0, rows.limit)
  const last = items.at(-1)
  const more = rows.items.length > rows.limit && last !== undefined
  return { items, next: more ? encodeCursor(rows.cursorOf(last)) : null }
}

/** The query parameters of every list: spread into the route's query schema. */
export function cursorQuery(limits: { maxLimit: number; defaultLimit?: number }): {
  cursor: Joi.StringSchema
  limit: Joi.NumberSchema
} {
  const { maxLimit, defaultLimit = Math.min(50, maxLimit) } = limits
  return {
    cursor: Joi.string().max(MAX_LENGTH).description('`next` of the page before; absent for the first page.'),
    limit: Joi.number().integer().min(1).max(maxLimit).default(defaultLimit).description('Most items to answer.'),
  }
}

/** The documented answer of a list. */
export function pageSchema(item: Joi.Schema): Joi.ObjectSchema {
  return Joi.object({
    items: Joi.array().items(item).required(),
    next: Joi.string().allow(null).required().description('Cursor of the next page; null on the last one.'),
  })
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (error) {
    throw invalidCursor(error)
  }
}

function invalidCursor(cause?: unknown): ParleyError {
  return new ParleyError('cursor.invalid', 'cursor must be the `next` of a page of this list.', {
    cause,
    details: { field: 'cursor' },
  })
}

/** A place that a caller names in what Postgres counts with an `integer`: a seq, a revision, a fence. */
export const position: Joi.NumberSchema = Joi.number().integer().min(0).max(2_147_483_647)
