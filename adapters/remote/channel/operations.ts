import { type Identity, identitySchema, type OutboundContent, outboundContentSchema } from '@parley/core'
import Joi from 'joi'

const externalId = () => Joi.string().min(1).max(512)

export interface SendData {
  readonly to: Identity
  /** Files are links, good for a while. */
  readonly content: OutboundContent
  /** Unique for the message, the same over all tries: a second `send` with it is answered as the first. */
  readonly correlationId: string
  readonly replyTo?: string
  readonly humanAgent?: boolean
}

export const sendData: Joi.ObjectSchema<SendData> = Joi.object<SendData>({
  to: identitySchema.required(),
  content: outboundContentSchema.required(),
  correlationId: Joi.string().max(200).required(),
  replyTo: externalId(),
  humanAgent: Joi.boolean(),
})

export interface SentData {
  readonly externalId: string
  readonly held?: boolean
}

export const sentData: Joi.ObjectSchema<SentData> = Joi.object<SentData>({
  externalId: externalId().required(),
  held: Joi.boolean(),
})

export const testData: Joi.ObjectSchema = Joi.object({})

export interface TestedData {
  /** The account that the secret opens: the call's own, and no other. */
  readonly account: string
  readonly title: string
}

export const testedData: Joi.ObjectSchema<TestedData> = Joi.object<TestedData>({
  account: Joi.string().max(320).required(),
  title: Joi.string().max(200).required(),
})

export const readData: Joi.ObjectSchema = Joi.object({
  externalId: externalId().required(),
  to: identitySchema.required(),
  typing: Joi.boolean().required(),
})

export const doneData: Joi.ObjectSchema = Joi.object({})

const text = () => Joi.string().max(4_096)

/** A template of a remote: words with `{{name}}` in them. */
export const templateSchema: Joi.ObjectSchema = Joi.object({
  externalId: externalId().required(),
  name: Joi.string().max(512).required(),
  language: Joi.string().max(35).required(),
  category: Joi.string().max(100).required(),
  status: Joi.valid('approved', 'pending', 'rejected', 'paused', 'disabled').required(),
  components: Joi.array()
    .items(
      Joi.object({ type: Joi.valid('header', 'body', 'footer').required(), text: text().required() }),
      Joi.object({ type: Joi.valid('buttons').required(), buttons: Joi.array().items(text()).min(1).required() }),
    )
    .max(10)
    .required(),
  quality: Joi.valid('green', 'yellow', 'red'),
  reason: text(),
})

export const templatesData: Joi.ObjectSchema = Joi.object({
  templates: Joi.array().items(templateSchema).max(1_000).required(),
})
