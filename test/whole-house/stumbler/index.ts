import { defineEvent, definePlugin, jobs } from '@parley/core'
import Joi from 'joi'

export const stumbled = defineEvent<{ text: string }>({
  type: 'fixture.stumbled.v1',
  topic: 'fixture',
  summary: 'Something that its handler and its job fail at.',
  schema: Joi.object({ text: Joi.string().required() }),
})

/** Leaves a dead letter and a dead job behind for each of its events. */
export default definePlugin({
  manifest: { publishes: [stumbled] },
  deps: { jobs },
  register: ({ jobs }) => ({
    handlers: [
      {
        id: 'fall',
        on: [stumbled],
        retry: { max: 0, baseMs: 1, capMs: 1 },
        handle: async () => {
          throw new Error('fell, as it always does')
        },
      },
      {
        id: 'queue',
        on: [stumbled],
        async handle(deliveries, uow) {
          for (const { event } of deliveries) await jobs.enqueue(uow, 'fall', event.data)
        },
      },
    ],
    jobs: [
      {
        id: 'fall',
        retry: { max: 0, baseMs: 1 },
        run: async () => {
          throw new Error('fell, as it always does')
        },
      },
    ],
  }),
})
