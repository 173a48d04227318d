import {
  type ConnectionHealthChanged,
  type ConnectionRef,
  connectionHealthChanged,
} from '../contracts/events/connections.ts'
import type { NewEvent } from '../plugin/event.ts'
import type { StoredConnection } from './connection-row.ts'

/** What events tell of a connection. */
export function refOf({ id, provider, name }: StoredConnection): ConnectionRef {
  return { connectionId: id, provider, name }
}

/** Nothing when the health is what it was. */
export function healthNews(before: StoredConnection, after: StoredConnection): readonly NewEvent[] {
  if (after.health === before.health) return []
  const { health, healthDetail: detail } = after
  const why = detail === undefined || detail === '' ? {} : { detail }
  const data: ConnectionHealthChanged = { ...refOf(after), health, previous: before.health, ...why }
  return [{ type: connectionHealthChanged, key: after.id, data } as NewEvent]
}
