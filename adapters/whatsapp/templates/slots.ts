import type { ChannelTemplateParameter, TemplateParameter } from '@parley/core'
import { asList, asRecord, asText, type Json } from '../../meta/json.ts'

/** A parameter, where it goes, and how a value becomes what Meta takes. */
export interface Slot extends ChannelTemplateParameter {
  /** The component that carries it; slots of one component are neighbours. */
  readonly component: Readonly<{ type: string; sub_type?: string; index?: string }>
  /** What Meta gets when an optional one has no value; absent: nothing. */
  readonly otherwise?: TemplateParameter
  /** `undefined`: the value is none for this type. */
  toParameter(value: unknown): TemplateParameter | undefined
}

export interface Slots {
  readonly slots: readonly Slot[]
  /** Types of components and buttons that cannot be filled by key. */
  readonly unsupported: readonly string[]
}

export const PLACEHOLDER = /\{\{\s*([\w.]+)\s*\}\}/g

const FIXED = new Set(['footer'])
const MEDIA = new Set(['image', 'video', 'document'])

/**
 * The places of a template as `GET /{waba}/message_templates` shows it. Meta's "Template components" says what a send must
 * bring: values of placeholders (by `parameter_name` when they are named), the header's file, and what buttons need.
 */
export function slotsOf(components: readonly unknown[]): Slots {
  const slots: Slot[] = []
  const unsupported: string[] = []
  for (const component of components.map(asRecord)) {
    const type = (asText(component?.type) ?? '').toLowerCase()
    if (component === undefined || FIXED.has(type)) continue
    const found = readComponent(type, component)
    if (found === undefined) unsupported.push(type)
    else {
      slots.push(...found.slots)
      unsupported.push(...found.unsupported)
    }
  }
  return { slots, unsupported }
}

function readComponent(type: string, component: Json): Slots | undefined {
  if (type === 'body') return { slots: textSlots('body', component), unsupported: [] }
  if (type === 'header') return headerSlots(component)
  if (type !== 'buttons') return undefined
  const buttons = asList(component.buttons).map((button, index) => buttonSlots(asRecord(button) ?? {}, index))
  return {
    slots: buttons.flatMap((one) => one.slots),
    unsupported: buttons.flatMap((one) => one.unsupported),
  }
}

function headerSlots(component: Json): Slots | undefined {
  const format = (asText(component.format) ?? 'text').toLowerCase()
  if (format === 'text') return { slots: textSlots('header', component), unsupported: [] }
  const about = { key: `header.${format}`, type: format, required: true, component: { type: 'header' } }
  if (MEDIA.has(format))
    return { slots: [{ ...about, toParameter: (value) => fileOf(format, value) }], unsupported: [] }
  if (format !== 'location') return undefined
  const toParameter = (value: unknown) => {
    const location = asRecord(value)
    return location === undefined ? undefined : { type: 'location', location }
  }
  return { slots: [{ ...about, toParameter }], unsupported: [] }
}

function textSlots(type: 'header' | 'body', component: Json): Slot[] {
  return namesIn(asText(component.text)).map((name, index) => {
    const named = /^\d+$/.test(name) ? {} : { parameter_name: name }
    const example = exampleOf(type, component, name, index)
    return {
      key: `${type}.${name}`,
      type: 'text',
      required: true,
      ...(example === undefined ? {} : { example }),
      component: { type },
      toParameter: (value) => textOf(value, named),
    }
  })
}

function buttonSlots(button: Json, at: number): Slots {
  const type = (asText(button.type) ?? '').toLowerCase()
  const component = (sub_type: string) => ({ type: 'button', sub_type, index: String(at) })
  const one = (slot: Omit<Slot, 'toParameter'>, toParameter: Slot['toParameter']): Slots => ({
    slots: [{ ...slot, toParameter }],
    unsupported: [],
  })
  if (type === 'otp' || (type === 'url' && namesIn(asText(button.url)).length > 0))
    return one({ key: `button.${at}.1`, type: 'text', required: true, component: component('url') }, (value) =>
      textOf(value, {}),
    )
  if (type === 'copy_code')
    return one(
      { key: `button.${at}.coupon_code`, type: 'text', required: true, component: component('copy_code') },
      wordOf('coupon_code', 'coupon_code'),
    )
  if (type === 'quick_reply')
    return one(
      { key: `button.${at}.payload`, type: 'text', required: false, component: component('quick_reply') },
      wordOf('payload', 'payload'),
    )
  if (type === 'flow')
    return one(
      {
        ...{ key: `button.${at}.flow_token`, type: 'text', required: false, component: component('flow') },
        // A flow's button wants its parameter even when nobody follows the token.
        otherwise: { type: 'action', action: { flow_token: 'unused' } },
      },
      (value) => (isWord(value) ? { type: 'action', action: { flow_token: String(value) } } : undefined),
    )
  return { slots: [], unsupported: type === 'mpm' || type === 'spm' ? [type] : [] }
}

export function namesIn(text: string | undefined): readonly string[] {
  return [...new Set([...(text ?? '').matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))]
}

/** `example.body_text[0][n]`, `header_text[n]`, or `…_named_params[].{param_name,example}`. */
function exampleOf(type: string, component: Json, name: string, index: number): string | undefined {
  const example = asRecord(component.example)
  const named = asList(example?.[`${type}_text_named_params`]).map(asRecord)
  const found = named.find((one) => one?.param_name === name)
  if (found !== undefined) return asText(found.example)
  const listed = asList(example?.[`${type}_text`])
  return asText((type === 'body' ? asList(listed[0]) : listed)[index])
}

/** A value with a `type` of its own (`currency`, `date_time`) passes as it is. */
function textOf(value: unknown, named: object): TemplateParameter | undefined {
  const given = asRecord(value)
  if (given !== undefined) return typeof given.type === 'string' ? { ...named, ...given, type: given.type } : undefined
  return isWord(value) ? { type: 'text', ...named, text: String(value) } : undefined
}

/** An address to fetch from, or `{ link | id, filename? }`. */
function fileOf(type: string, value: unknown): TemplateParameter | undefined {
  const file = typeof value === 'string' && value !== '' ? { link: value } : asRecord(value)
  return file === undefined ? undefined : { type, [type]: file }
}

const wordOf = (type: string, field: string) => (value: unknown) =>
  isWord(value) ? { type, [field]: String(value) } : undefined

function isWord(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
}
