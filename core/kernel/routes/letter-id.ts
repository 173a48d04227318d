import Joi from 'joi'
import type { Position } from '../../plugin/event.ts'

const shape = Joi.array()
  .ordered(
    Joi.string().required(),
    Joi.string().required(),
    Joi.number()
      .integer()
      .min(0)
      .max(2 ** 31 - 1)
      .required(),
    Joi.string()
      .pattern(/^[0-9]{1,18}$/)
      .required(),
  )
  .required()

/** A dead letter's name in URLs and on the command line: its group and place in the log, in one word. */
export function letterId(group: string, { topic, part, off }: Position): string {
  return Buffer.from(JSON.stringify([group, topic, part, off.toString()])).toString('base64url')
}

/** `undefined` when it names nothing. */
export function parseLetterId(id: string): { readonly group: string; readonly position: Position } | undefined {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'))
  } catch {
    // Whatever it was, it is no id of ours.
    return undefined
  }
  if (shape.validate(parts, { convert: false }).error !== undefined) return undefined
  const [group, topic, part, off] = parts as [string, string, number, string]
  return { group, position: { topic, part, off: BigInt(off) } }
}
