import { defineRoute, ok, problem, type Route, type TemplateVariables } from '@parley/core'
import Joi from 'joi'
import { Template } from '../../models/template.ts'
import { fillCopy } from '../../rendering/channel.ts'
import { unsendable } from '../../rendering/sendable.ts'
import { notFound, type RouteContext } from '../context.ts'
import { idParams, values } from '../schemas.ts'
import { PATH } from './schemas.ts'

const words = Joi.string().allow('')

const previewSchema = Joi.object({
  shown: Joi.object({
    header: words,
    body: words.required(),
    footer: words,
    buttons: Joi.array().items(words).required(),
  }).required(),
  missing: Joi.array().items(Joi.string()).required().description('Keys of required parameters without a value.'),
  unsupported: Joi.array().items(words).required().description('Components that cannot be filled by key.'),
  content: Joi.object()
    .unknown(true)
    .description('The message as a conversation takes it; absent while something is missing.'),
  payload: Joi.object().unknown(true).description('What the vendor gets, without the recipient.'),
  sendable: Joi.boolean().required(),
  reason: Joi.string().description('Why it cannot be sent now.'),
}).label('ChannelTemplatePreview')

export function previewRoute({ database, vendors }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: `${PATH}/{id}/preview`,
    id: 'previewChannelTemplate',
    summary: 'The template with its parameters filled: how it reads, what the vendor gets, and what is missing.',
    tags: ['templates'],
    access: { permission: 'templates.read' },
    idempotent: false,
    params: idParams,
    payload: Joi.object<{ parameters: TemplateVariables }>({
      parameters: values.default({}).description('Values by the keys of the parameters: `{ "body.1": "Ada" }`.'),
    }).default({ parameters: {} }),
    responses: {
      200: { description: 'The preview.', schema: previewSchema },
      404: { description: 'There is no such template.' },
      409: { description: 'The channel does not run here, or fills no templates.' },
    },
    handle: async ({ tenantId, params: { id }, payload }) => {
      const copy = await database.transaction(tenantId, async (uow) =>
        Template.in(uow).findOne({ id, kind: 'channel' }),
      )
      if (copy === undefined) return notFound(id)
      const filled = fillCopy(vendors, copy, payload.parameters)
      if (filled === undefined)
        return problem(409, 'template.not-fillable', `The channel "${copy.channel}" does not fill templates here.`)
      const refusal = unsendable(copy)
      const why = refusal === undefined ? {} : { reason: refusal.detail }
      return ok({ ...filled, sendable: refusal === undefined && filled.content !== undefined, ...why })
    },
  })
}
