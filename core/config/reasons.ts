import type { ValidationError } from 'joi'

/**
 * What a schema refused, for people: every field by its path, without the value that came. Joi repeats the value in some
 * of its messages, and settings hold secrets.
 */
export function reasonsOf(error: ValidationError): readonly string[] {
  return error.details.map((detail) => {
    const value: unknown = detail.context?.value
    const shown = typeof value === 'string' && value !== '' ? detail.message.replaceAll(value, '…') : detail.message
    const field = detail.path.join('.')
    return field === '' || shown.includes(field) ? shown : `"${field}": ${shown}`
  })
}

/** Dot path of the first field that was refused. */
export function fieldOf(error: ValidationError): string {
  return error.details[0]?.path.join('.') ?? ''
}
