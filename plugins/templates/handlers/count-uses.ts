import { type EventHandler, isEvent, templateUsed } from '@parley/core'
import { countUses } from '../usage/count.ts'

/** Counts messages made of templates, many at once and after the fact: no send waits for a statistic. */
export function countUsesHandler(): EventHandler {
  return {
    id: 'count-uses',
    on: [templateUsed],
    async handle(deliveries, uow) {
      await countUses(
        uow,
        deliveries.flatMap((one) => (isEvent(templateUsed, one) ? [{ ...one.event.data, at: one.event.time }] : [])),
      )
    },
  }
}
