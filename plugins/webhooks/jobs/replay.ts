import type { Job } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { announce } from '../handlers/fan-out.ts'
import { Delivery } from '../models/delivery.ts'

export const REPLAY = 'replay'

export interface ReplayWish {
  readonly subscriptionId: string
  /** ISO 8601, the first moment that counts and the first that does not. */
  readonly since: string
  readonly until: string
  readonly only: 'failed' | 'all'
  /** Id of the last delivery that was announced. */
  readonly after?: string
}

/** Sends kept deliveries again, oldest first, a batch in a run; each keeps its `webhook-id`. */
export function replay({ jobs, settings }: Parts): Job<ReplayWish> {
  return {
    id: REPLAY,
    input: Joi.object({
      subscriptionId: Joi.string().uuid().required(),
      since: Joi.string().isoDate().required(),
      until: Joi.string().isoDate().required(),
      only: Joi.valid('failed', 'all').required(),
      after: Joi.string().uuid(),
    }),
    async run(wish, uow) {
      const { subscriptionId, since, until, only, after } = wish
      const query = Delivery.in(uow)
        .where('subscription_id', subscriptionId)
        .where('created_at', '>=', since)
        .where('created_at', '<', until)
        .whereIn('state', only === 'failed' ? ['failed', 'dropped'] : ['failed', 'dropped', 'delivered'])
        .orderBy('id')
        .limit(settings.batch)
        .select('id')
      const ids = (await (after === undefined ? query : query.where('id', '>', after))).map(({ id }) => id)
      if (ids.length === 0) return
      await Delivery.in(uow).whereIn('id', ids).patch({ state: 'queued', tries: 0, next_at: null, settled_at: null })
      for (const id of ids) announce(uow, id, subscriptionId)
      const last = ids.at(-1)
      if (ids.length === settings.batch && last !== undefined) await jobs.enqueue(uow, REPLAY, { ...wish, after: last })
    },
  }
}
