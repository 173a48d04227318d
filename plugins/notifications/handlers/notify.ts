import {
  connectionHealthChanged,
  conversationChanged,
  type Delivery,
  type EventHandler,
  messageChanged,
  messageReceived,
  type NotificationRequested,
  notificationRequested,
  type UnitOfWork,
  webhookDisabled,
} from '@parley/core'
import type { Parts } from '../context.ts'
import { deliver } from '../storage/deliver.ts'
import { Assignments } from './assignments.ts'
import { CONNECTION_KEEPERS, draftsOf } from './drafts.ts'

/** Makes notifications out of what happens. Not again by a replay: people would be told twice. */
export function notify(parts: Parts): EventHandler {
  return {
    id: 'notify',
    on: [
      notificationRequested,
      webhookDisabled,
      connectionHealthChanged,
      conversationChanged,
      messageReceived,
      messageChanged,
    ],
    mode: 'serial',
    from: 'latest',
    replayable: false,
    async handle(deliveries, uow) {
      const assignments = await Assignments.of(uow, deliveries)
      const holders = await holdersOf(parts, uow, deliveries)
      const known = {
        assignee: (conversationId: string) => assignments.of(conversationId),
        holders: (permission: string) => holders.get(permission) ?? [],
      }
      const drafts = deliveries.flatMap((delivery) => {
        assignments.follow(delivery)
        return draftsOf(delivery.event, known)
      })
      await assignments.store(uow)
      await deliver(parts, uow, drafts)
    },
  }
}

/** Who holds the permissions that events of the batch name. Without a directory nobody is known. */
async function holdersOf(
  { members }: Parts,
  uow: UnitOfWork,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const permissions = new Set<string>()
  for (const { event } of deliveries) {
    if (event.type === webhookDisabled.type) permissions.add('webhooks.write')
    if (event.type === connectionHealthChanged.type) permissions.add(CONNECTION_KEEPERS)
    if (event.type !== notificationRequested.type) continue
    const { to } = event.data as NotificationRequested
    if ('permission' in to) permissions.add(to.permission)
  }
  const found = new Map<string, readonly string[]>()
  for (const permission of permissions) {
    const holders = (await members?.withPermission(uow, permission)) ?? []
    found.set(
      permission,
      holders.map(({ id }) => id),
    )
  }
  return found
}
