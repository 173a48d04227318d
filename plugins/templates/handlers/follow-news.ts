import {
  type ChannelAccountChanged,
  type ChannelTemplates,
  type Clock,
  channelAccountChanged,
  type Delivery,
  type EventHandler,
  isEvent,
  type Selector,
  type UnitOfWork,
} from '@parley/core'
import { applyNews } from '../sync/apply.ts'
import { requestSync } from '../sync/events.ts'
import type { CopyPatch } from '../sync/plan.ts'

export interface NewsParts {
  readonly clock: Clock
  readonly vendors: Selector<ChannelTemplates>
}

/** The vendor said something about an account's templates: what it said counts at once, and the list is asked anew. */
export function followNews(parts: NewsParts): EventHandler {
  return {
    id: 'follow-news',
    on: [channelAccountChanged],
    async handle(deliveries, uow) {
      const told = deliveries.filter((one): one is Delivery<ChannelAccountChanged> => isTold(one))
      for (const { event } of told) await readNews(parts, uow, event.data)
      for (const id of new Set(told.map(({ event }) => event.data.connectionId))) uow.publish(requestSync(id, 'news'))
    },
  }
}

function isTold(delivery: Delivery): boolean {
  return isEvent(channelAccountChanged, delivery) && delivery.event.data.change.startsWith('template-')
}

async function readNews({ clock, vendors }: NewsParts, uow: UnitOfWork, data: ChannelAccountChanged): Promise<void> {
  const news = vendors.byKey(data.channel)?.news?.(data)
  if (news === undefined) return
  const { name, language, status, reason, quality, category } = news
  const patch: CopyPatch = {
    ...(status === undefined ? {} : { state: status, reason: reason ?? null }),
    ...(quality === undefined ? {} : { quality }),
    ...(category === undefined ? {} : { category }),
  }
  const connection = { id: data.connectionId, provider: data.channel }
  await applyNews(uow, connection, { name, language, patch }, clock.now())
}
