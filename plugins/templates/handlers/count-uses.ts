import { type Delivery, type EventHandler, isEvent, messageQueued, templateUsed } from '@parley/core'
import { countUses, type Use } from '../usage/count.ts'

/** Counts messages made of templates, many at once and after the fact: no send waits for a statistic. */
export function countUsesHandler(): EventHandler {
  return {
    id: 'count-uses',
    on: [messageQueued, templateUsed],
    async handle(deliveries, uow) {
      const uses = deliveries.flatMap(useOf)
      if (uses.length > 0) await countUses(uow, uses)
    },
  }
}

function useOf(delivery: Delivery): readonly Use[] {
  const { time } = delivery.event
  if (isEvent(templateUsed, delivery)) {
    const { templateId, count } = delivery.event.data
    return [{ templateId, count, at: time }]
  }
  if (!isEvent(messageQueued, delivery)) return []
  const { content, connectionId } = delivery.event.data
  if (content.kind !== 'template') return []
  return [{ connectionId, name: content.name, language: content.language, count: 1, at: time }]
}
