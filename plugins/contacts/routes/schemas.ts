import { identitySchema } from '@parley/core'
import Joi from 'joi'

const uuid = Joi.string().uuid()

export const attributesSchema = Joi.object().pattern(Joi.string().max(100), Joi.string().allow('').max(2000))

export const contactSchema = Joi.object({
  id: uuid.required(),
  name: Joi.string().allow('').required(),
  username: Joi.string().allow(null).required(),
  attributes: attributesSchema.required(),
  blocked: Joi.boolean().required(),
  identities: Joi.array().items(identitySchema).required(),
  mergedInto: uuid.allow(null).required(),
  createdAt: Joi.string().isoDate().required(),
  updatedAt: Joi.string().isoDate().required(),
}).label('Contact')

export const suggestionSchema = Joi.object({
  id: uuid.required(),
  contactIds: Joi.array().items(uuid).length(2).required(),
  reason: Joi.valid('shared-identity', 'shared-phone', 'shared-email').required(),
  createdAt: Joi.string().isoDate().required(),
}).label('MergeSuggestion')

export const mergeSchema = Joi.object({
  id: uuid.required(),
  sourceId: uuid.required(),
  targetId: uuid.required(),
  mergedBy: Joi.string().required(),
  mergedAt: Joi.string().isoDate().required(),
}).label('Merge')

export const idParams = Joi.object<{ id: string }>({ id: uuid.required() })

/** Lists here are sorted by id, which is by time. */
export const place = Joi.array<[string]>().ordered(uuid.required())
