import { defineRoute, ok, type Route, type TemplateKind } from '@parley/core'
import Joi from 'joi'
import { Template } from '../models/template.ts'
import { daysOfUse } from '../usage/days.ts'
import { notFound, type RouteContext } from './context.ts'
import { idParams, usageSchema } from './schemas.ts'
import { usageOf } from './view.ts'

const DAY = 86_400_000

/** The same for every kind; `about` says where it stands and what it is called. */
export function usageRoute(
  { clock, database, settings }: RouteContext,
  about: { readonly kind: TemplateKind; readonly path: string; readonly id: string; readonly noun: string },
): Route {
  return defineRoute({
    method: 'GET',
    path: `${about.path}/{id}/usage`,
    id: about.id,
    summary: `How often the ${about.noun} was used, in all and by day.`,
    tags: ['templates'],
    access: { permission: 'templates.read' },
    params: idParams,
    query: Joi.object<{ days: number }>({
      days: Joi.number().integer().min(1).max(settings.maxUsageDays).default(30).description('How many days back.'),
    }),
    responses: {
      200: { description: 'The statistics.', schema: usageSchema },
      404: { description: 'There is no such template.' },
    },
    handle: ({ tenantId, params, query }) =>
      database.transaction(tenantId, async (uow) => {
        const template = await Template.in(uow).findOne({ id: params.id, kind: about.kind })
        if (template === undefined) return notFound(params.id)
        const from = new Date(clock.millis() - (query.days - 1) * DAY)
        return ok({ templateId: template.id, ...usageOf(template), days: await daysOfUse(uow, template.id, from) })
      }),
  })
}
