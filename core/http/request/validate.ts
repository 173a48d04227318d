import Joi, { type Schema, type ValidationOptions } from 'joi'
import type { Route } from '../../plugin/route.ts'
import type { FieldError } from '../answer/problem.ts'
import { Refused } from '../answer/refused.ts'
import { unfitValue } from './unfit-value.ts'

/** What came in, before anything is believed. `payload` is null when there was no body. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly payload: unknown
}

export type InputCheck = (input: RawInput) => RawInput

interface Source {
  readonly name: 'path' | 'query' | 'body'
  readonly schema: Schema
  readonly options: ValidationOptions
}

const STRICT: ValidationOptions = {
  abortEarly: false,
  allowUnknown: false,
  convert: false,
  errors: { wrap: { label: false }, label: 'path' },
}
const FROM_TEXT: ValidationOptions = { ...STRICT, convert: true }
const NOTHING = Joi.object({})

/** A long list of wrong things is answered with its beginning. */
const MOST_ERRORS = 50

/**
 * One check for all inputs of a route: params, query and payload together, so that a caller learns of every wrong field at
 * once. Unknown fields are refused. Texts of path, query and forms are converted ("5" → 5); JSON has types of its own.
 * Returns the values with defaults filled in; throws {@link Refused} 400 `request.invalid`.
 */
export function inputCheck(route: Route): InputCheck {
  const params: Source = { name: 'path', schema: route.params ?? Joi.object().unknown(true), options: FROM_TEXT }
  const query: Source = { name: 'query', schema: route.query ?? NOTHING, options: FROM_TEXT }
  const body: Source = {
    name: 'body',
    schema: route.payload ?? (route.body?.multipart ? Joi.object().unknown(true) : NOTHING),
    options: route.body?.multipart || route.body?.form ? FROM_TEXT : STRICT,
  }
  const hasBody = route.method !== 'GET'
  return (input) => {
    const errors: FieldError[] = []
    const checked = {
      params: checkOne(params, input.params, errors),
      query: checkOne(query, input.query, errors),
      payload: hasBody ? checkOne(body, bodyOf(body.schema, input.payload), errors) : undefined,
    }
    if (errors.length > 0) throw new Refused(invalid(errors.slice(0, MOST_ERRORS)))
    return checked
  }
}

function checkOne(source: Source, value: unknown, errors: FieldError[]): unknown {
  const unfit = unfitValue(source.name, value)
  if (unfit !== undefined) {
    errors.push(unfit)
    return value
  }
  const result = source.schema.validate(value, source.options)
  for (const detail of result.error?.details ?? []) {
    // A field may have the empty name: it is told of as its whole source.
    const field = detail.path.join('.') || source.name
    errors.push({
      field,
      message: detail.path.length === 0 ? detail.message.replace(/^value/, source.name) : detail.message,
    })
  }
  return result.value
}

/** An empty body stands for an object without fields, so that the missing fields get named. */
function bodyOf(schema: Schema, payload: unknown): unknown {
  if (payload !== null && payload !== undefined) return payload
  return schema.type === 'object' ? {} : undefined
}

export function invalid(errors: readonly FieldError[]): {
  status: 400
  code: string
  detail: string
  extra: { errors: readonly FieldError[] }
} {
  const fields = [...new Set(errors.map((error) => error.field))]
  return {
    status: 400,
    code: 'request.invalid',
    detail: `The request is not valid: ${fields.join(', ')}.`,
    extra: { errors },
  }
}
