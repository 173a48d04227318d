import Joi from 'joi'
import type { DeadJob, DeadJobs } from '../../jobs/dead-jobs.ts'
import { defineRoute, noContent, ok, problem, type Route } from '../../plugin/route.ts'

const tags = ['admin']
const params = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })
const schema = Joi.object({
  id: Joi.string().uuid().required(),
  plugin: Joi.string().required(),
  job: Joi.string().required(),
  code: Joi.string().allow('').required(),
  reason: Joi.string().allow('').required(),
  diedAt: Joi.string().isoDate().required(),
})

/** Jobs of the calling tenant that failed for good. */
export function deadJobRoutes(dead: DeadJobs): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/admin/dead-jobs',
      id: 'listDeadJobs',
      summary: "The tenant's jobs that failed for good, oldest first.",
      tags,
      access: { permission: 'admin.events.read' },
      responses: {
        200: { description: 'The jobs.', schema: Joi.object({ items: Joi.array().items(schema).required() }) },
      },
      handle: async ({ tenantId }) => ok({ items: (await dead.list({ tenantId })).map(viewOf) }),
    }),
    changeRoute(
      dead,
      'POST',
      '/api/admin/dead-jobs/{id}/replay',
      'replayDeadJob',
      'Queues a dead job again, with all its tries.',
    ),
    changeRoute(dead, 'DELETE', '/api/admin/dead-jobs/{id}', 'discardDeadJob', 'Gives a dead job up.'),
  ]
}

function changeRoute(dead: DeadJobs, method: 'POST' | 'DELETE', path: string, id: string, summary: string): Route {
  return defineRoute({
    ...{ method, path, id, summary, tags, params },
    access: { permission: 'admin.events.write' },
    responses: { 204: { description: 'Done.' } },
    handle: async ({ tenantId, params }) => {
      const own = await dead.list({ tenantId })
      if (!own.some((job) => job.id === params.id)) {
        return problem(404, 'dead-job.not-found', `There is no dead job ${params.id} in this tenant.`)
      }
      await (method === 'POST' ? dead.replay([params.id]) : dead.discard([params.id]))
      return noContent()
    },
  })
}

function viewOf({ id, pluginId, job, failure, diedAt }: DeadJob) {
  const { code, reason } = (typeof failure === 'object' && failure !== null ? failure : {}) as Record<string, unknown>
  return {
    ...{ id, plugin: pluginId, job },
    code: typeof code === 'string' ? code : '',
    reason: typeof reason === 'string' ? reason : '',
    diedAt: diedAt.toISOString(),
  }
}
