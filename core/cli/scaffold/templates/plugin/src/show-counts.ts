import { type Database, defineRoute, Joi, ok, type Route } from '@parley/core'

const counts = Joi.object({
  items: Joi.array()
    .items(Joi.object({ channel: Joi.string().required(), messages: Joi.number().required() }))
    .required(),
})

/** `GET /api/acmegram/messages` */
export function showCounts(database: Database): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/acmegram/messages',
    id: 'acmegramMessages',
    summary: 'How many messages customers wrote, by channel.',
    tags: ['acmegram'],
    access: { permission: 'acmegram.read' },
    responses: { 200: { description: 'Counts by channel.', schema: counts } },
    async handle({ tenantId }) {
      const rows = await database.transaction(tenantId, ({ trx }) =>
        trx('parley_plugin_acmegram.count').select('channel', 'messages').orderBy('channel'),
      )
      return ok({ items: rows.map(({ channel, messages }) => ({ channel, messages: Number(messages) })) })
    },
  })
}
