import { defineRoute, Joi, ok, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { lagSchema, notable, pluginSchema, tags } from './schemas.ts'

/** The installation at a glance. */
export function summaryRoute({ platform, tenants }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/summary',
    id: 'getPlatformSummary',
    summary:
      'How the installation is: tenants by status and plan, plugins that are not well, handlers that are behind.',
    tags,
    access: { permission: 'platform.summary.read' },
    responses: {
      200: {
        description: 'The summary.',
        schema: Joi.object({
          version: Joi.string().required(),
          healthy: Joi.boolean().required().description('Every plugin runs and says that it is well.'),
          tenants: Joi.array()
            .items(
              Joi.object({
                status: Joi.string().required(),
                plan: Joi.string().required(),
                tenants: Joi.number().integer().required(),
              }),
            )
            .required(),
          plugins: Joi.object({
            running: Joi.number().integer().required(),
            unwell: Joi.array().items(pluginSchema).required(),
          }).required(),
          lag: Joi.array().items(lagSchema).required().description('Only groups with something to tell.'),
        }),
      },
    },
    handle: async () => {
      const [counts, plugins, lag] = await Promise.all([tenants.count(), platform.plugins(''), platform.lag()])
      const unwell = plugins.filter(({ state, health }) => state !== 'started' || health?.ok === false)
      return ok({
        version: platform.version,
        healthy: unwell.length === 0,
        tenants: counts,
        plugins: { running: plugins.filter(({ state }) => state === 'started').length, unwell },
        lag: notable(lag),
      })
    },
  })
}
