import Joi from 'joi'
import type { EventEngine } from '../../events/index.ts'
import { defineRoute, ok, type Route } from '../../plugin/route.ts'

/** How far the installation's handlers are behind; counts only, so that it tells a tenant nothing of another's content. */
export function lagRoute(engine: Pick<EventEngine, 'lag'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/lag',
    id: 'getLag',
    summary: 'How far each handler is behind, in events and in seconds.',
    tags: ['admin'],
    access: { permission: 'admin.events.read' },
    responses: {
      200: {
        description: 'By consumer group.',
        schema: Joi.object({
          items: Joi.array()
            .items(
              Joi.object({
                group: Joi.string().required().description('`<plugin>.<handler>`'),
                events: Joi.number().integer().required().description('Events it has not passed.'),
                seconds: Joi.number().required().description('Age of the oldest of them.'),
                parked: Joi.number().integer().required().description('Events that wait for a retry or their turn.'),
                dead: Joi.number().integer().required(),
                oldestLaneSeconds: Joi.number().required(),
              }),
            )
            .required(),
        }),
      },
    },
    handle: async () => ok({ items: await engine.lag() }),
  })
}
