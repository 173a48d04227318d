import Joi from 'joi'
import { defineEvent, type EventType } from '../../../core/plugin/event.ts'

/** About as much as a message event carries. */
export interface Noted {
  readonly n: number
  readonly text: string
  readonly from: { readonly kind: string; readonly value: string }
  readonly parts: readonly { readonly kind: string; readonly text: string }[]
}

export const noted: EventType<Noted> = defineEvent<Noted>({
  type: 'bench.noted.v1',
  topic: 'bench',
  summary: 'Something was noted.',
  schema: Joi.object({ n: Joi.number(), text: Joi.string(), from: Joi.object(), parts: Joi.array() }),
})

export const tenant = '0a000000-0000-7000-8000-000000000001'

export function note(n: number): Noted {
  const text = `Message ${n}: ${'where does my parcel stay, it was promised for Monday? '.repeat(3)}`
  return { n, text, from: { kind: 'phone', value: `+4915${n}` }, parts: [{ kind: 'text', text }] }
}
