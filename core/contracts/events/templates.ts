import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'

/** Topic `templates`: texts that are written once and sent many times. Key: the template's id. */
const topic = 'templates'

/** `channel`: pre-approved by the channel's vendor, kept there and copied here. */
export const TEMPLATE_KINDS = ['email', 'sms', 'channel'] as const
export type TemplateKind = (typeof TEMPLATE_KINDS)[number]

/** `approval`, `quality`, `category` and `components` are the vendor's doing; `vanished` and `returned` tell of its list. */
export const TEMPLATE_CHANGES = [
  'created',
  'edited',
  'archived',
  'restored',
  'deleted',
  'approval',
  'quality',
  'category',
  'components',
  'vanished',
  'returned',
] as const
export type TemplateChange = (typeof TEMPLATE_CHANGES)[number]

export interface TemplateChanged {
  readonly templateId: string
  readonly kind: TemplateKind
  readonly name: string
  readonly language: string
  readonly change: TemplateChange
  /** Where a vendor approves: the connection and its provider's key. */
  readonly connectionId?: string
  readonly channel?: string
  /** `approved`, `pending`, `rejected`, `paused`, `disabled`, or as the vendor says. */
  readonly state?: string
  readonly previousState?: string
  readonly reason?: string
}

export const templateChanged = defineEvent<TemplateChanged>({
  type: 'template.changed.v1',
  topic,
  summary: 'A template was written, changed or taken away, or its vendor decided about it.',
  schema: Joi.object({
    templateId: Joi.string().uuid().required(),
    kind: Joi.valid(...TEMPLATE_KINDS).required(),
    name: Joi.string().required(),
    language: Joi.string().required(),
    change: Joi.valid(...TEMPLATE_CHANGES).required(),
    connectionId: Joi.string().uuid(),
    channel: Joi.string(),
    state: Joi.string(),
    previousState: Joi.string(),
    reason: Joi.string(),
  }),
})

/** By its id, or as a message names it: connection, name and language. */
export interface TemplateUsed {
  readonly templateId?: string
  readonly connectionId?: string
  readonly name?: string
  readonly language?: string
  /** Messages made of it. */
  readonly count: number
}

export const templateUsed = defineEvent<TemplateUsed>({
  type: 'template.used.v1',
  topic,
  summary: 'Messages were made of a template; whoever sends them says so, and the statistics follow.',
  schema: Joi.object({
    templateId: Joi.string().uuid(),
    connectionId: Joi.string().uuid(),
    name: Joi.string(),
    language: Joi.string(),
    count: Joi.number().integer().min(1).required(),
  })
    .xor('templateId', 'connectionId')
    .and('connectionId', 'name', 'language'),
})
