import type { WebhookRequest } from '@parley/core'
import Joi from 'joi'
import { addressesOf } from '../../mail/read/headers.ts'
import { MESSAGE_TAG } from '../payload.ts'

/** A webhook of Resend; of `data` only what is asked for is believed. */
export interface VendorEvent {
  /** `email.delivered` */
  readonly type: string
  readonly created_at?: string
  readonly data: Readonly<Record<string, unknown>>
}

const schema: Joi.ObjectSchema<VendorEvent> = Joi.object({
  type: Joi.string().max(200).required(),
  created_at: Joi.string(),
  data: Joi.object().unknown(true).required(),
}).unknown(true)

/** Or the field that is wrong. */
export function eventIn({ body }: WebhookRequest): VendorEvent | { readonly field: string; readonly detail: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    return { field: 'body', detail: 'expected JSON' }
  }
  const { value, error } = schema.required().validate(parsed)
  if (error === undefined) return value
  return { field: error.details[0]?.path.join('.') || 'body', detail: 'expected an event with `type` and `data`' }
}

export function timeOf({ created_at: at }: VendorEvent, receivedAt: Date): string {
  const time = Date.parse(at ?? '')
  return (Number.isNaN(time) ? receivedAt : new Date(time)).toISOString()
}

/** Addresses of a field, in lower case, without names. */
export function addressesIn(event: VendorEvent, field: string): readonly string[] {
  const value = event.data[field]
  const list = Array.isArray(value) ? value : [value]
  return list.flatMap((one) => (typeof one === 'string' ? addressesOf(one).map(({ address }) => address) : []))
}

export function textAt(event: VendorEvent, ...path: readonly string[]): string {
  let value: unknown = event.data
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return ''
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return typeof value === 'string' ? value : ''
}

/** Our id of the message. Tags come as an object, and as a list in older webhooks. */
export function messageOf(event: VendorEvent): string | undefined {
  const { tags } = event.data
  if (!Array.isArray(tags)) return textAt(event, 'tags', MESSAGE_TAG) || undefined
  const tag: unknown = tags.find((one) => one?.name === MESSAGE_TAG)?.value
  return typeof tag === 'string' ? tag : undefined
}
