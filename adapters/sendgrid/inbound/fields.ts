import Joi from 'joi'
import { decodeText } from '../../mail/read/charset.ts'
import type { Form } from './form.ts'

/** One of Inbound Parse's fields as text, in the charset that `charsets` names for it. */
export function textField(form: Form, name: string): string | undefined {
  const field = form.get(name)
  return field === undefined ? undefined : decodeText(field.content, charsetsOf(form)[name] ?? '')
}

/** `{"to":"UTF-8","text":"iso-8859-1"}` */
function charsetsOf(form: Form): Readonly<Record<string, string>> {
  return jsonField(form, 'charsets', Joi.object().pattern(Joi.string(), Joi.string())) ?? {}
}

/** `{"to":["shop@in.example.com"],"from":"ada@example.org"}`: who the mail was really for. */
export function envelopeTo(form: Form): readonly string[] {
  const shape = Joi.object<{ to: string[] }>({ to: Joi.array().items(Joi.string()).required() }).unknown(true)
  return (jsonField(form, 'envelope', shape)?.to ?? []).map((address) => address.toLowerCase())
}

export interface AttachmentInfo {
  readonly filename?: string
  readonly name?: string
  readonly type?: string
  readonly 'content-id'?: string
}

/** `{"attachment1":{"filename":"a.png","type":"image/png","content-id":"x@y"}}` */
export function attachmentInfo(form: Form): Readonly<Record<string, AttachmentInfo>> {
  const text = Joi.string().allow('')
  const one = Joi.object({ filename: text, name: text, type: text, 'content-id': text }).unknown(true)
  return jsonField(form, 'attachment-info', Joi.object().pattern(Joi.string(), one)) ?? {}
}

/** `{"x@y":"attachment1"}`, turned round. */
export function contentIds(form: Form): ReadonlyMap<string, string> {
  const ids = jsonField(form, 'content-ids', Joi.object().pattern(Joi.string(), Joi.string())) ?? {}
  return new Map(Object.entries(ids as Record<string, string>).map(([id, name]) => [name, id]))
}

/** A field of JSON that can be read, and has the shape. `dkim` is none, whatever it looks like (`{@example.com : pass}`). */
function jsonField<T>(form: Form, name: string, schema: Joi.Schema<T>): T | undefined {
  const field = form.get(name)
  if (field === undefined) return undefined
  try {
    const { value, error } = schema.validate(JSON.parse(field.content.toString('utf8')))
    return error === undefined ? value : undefined
  } catch {
    return undefined // Not JSON: the mail itself can be read without it.
  }
}
