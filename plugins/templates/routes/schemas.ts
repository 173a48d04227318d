import Joi from 'joi'
import type { DeclaredVariable } from '../models/template.ts'

export const uuid = Joi.string().uuid()
export const idParams = Joi.object<{ id: string }>({ id: uuid.required() })

/** Lists are sorted by name. */
export const place = Joi.array<[string, string]>().ordered(Joi.string().required(), uuid.required())

export const name = Joi.string().trim().min(1).max(200)

/** BCP 47, with a hyphen or, as some vendors write it, an underscore. */
export const language = Joi.string()
  .pattern(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'a language tag')
  .max(35)

export const category = Joi.string().trim().min(1).max(100)

/** A value for each variable, nested or under its whole name. */
export const values = Joi.object().unknown(true)

const variable = Joi.object<DeclaredVariable>({
  name: Joi.string().trim().min(1).max(200).required(),
  required: Joi.boolean(),
  default: Joi.string().max(2000),
  description: Joi.string().allow('').max(500),
  example: Joi.string().allow('').max(500),
}).label('TemplateVariable')

export const variables = (most: number) => Joi.array<DeclaredVariable[]>().items(variable).unique('name').max(most)

export const fields = Joi.array()
  .items(Joi.object({ name: Joi.string().required(), required: Joi.boolean().required() }))
  .description('Variables that the text uses; required are those it cannot be rendered without.')

export const stamps = {
  archived: Joi.boolean().required(),
  usage: Joi.object({
    count: Joi.number().integer().required(),
    lastUsedAt: Joi.string().isoDate().allow(null).required(),
  }).required(),
  version: Joi.number().integer().required(),
  createdBy: Joi.string().required(),
  updatedBy: Joi.string().required(),
  createdAt: Joi.string().isoDate().required(),
  updatedAt: Joi.string().isoDate().required(),
}

export const usageSchema = Joi.object({
  templateId: uuid.required(),
  count: Joi.number().integer().required(),
  lastUsedAt: Joi.string().isoDate().allow(null).required(),
  days: Joi.array()
    .items(Joi.object({ day: Joi.string().required(), count: Joi.number().integer().required() }))
    .required()
    .description('Days on which it was used (UTC), oldest first.'),
}).label('TemplateUsage')
