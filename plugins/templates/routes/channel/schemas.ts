import Joi from 'joi'
import { stamps, uuid } from '../schemas.ts'

export const PATH = '/api/channel-templates'

const text = Joi.string().allow(null)

/** In the vendor's own shape; the vendor judges it. */
export const components = Joi.array().items(Joi.object().unknown(true)).min(1).max(20)

export const copySchema = Joi.object({
  id: uuid.required(),
  name: Joi.string().required(),
  language: Joi.string().required(),
  category: text.required(),
  connectionId: uuid.required(),
  channel: Joi.string().required(),
  externalId: text.required(),
  state: Joi.string()
    .required()
    .description('`approved`, `pending`, `rejected`, `paused`, `disabled`, or as the vendor says.'),
  reason: text.required(),
  quality: text.required(),
  vanishedAt: Joi.string().isoDate().allow(null).required().description("When it was missing on the vendor's list."),
  components: Joi.array().required().description('As the vendor has them.'),
  ...stamps,
}).label('ChannelTemplate')

export const parameterSchema = Joi.object({
  key: Joi.string().required(),
  type: Joi.string().required(),
  required: Joi.boolean().required(),
  example: Joi.string(),
}).label('ChannelTemplateParameter')

export const syncSchema = Joi.object({
  connectionId: uuid.required(),
  triedAt: Joi.string().isoDate().required(),
  syncedAt: Joi.string().isoDate().allow(null).required(),
  failure: Joi.valid('auth', 'retryable', null).required(),
  detail: text.required(),
  templates: Joi.number().integer().required(),
}).label('ChannelTemplateSync')
