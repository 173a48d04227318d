import { type EventType, type Identity, type InboundItem, identityKey, type Sender } from '@parley/core'
import { EVENT_TYPES, type RemoteEvent } from './event-types.ts'

/** What a remote told, for the connection of its account: connection and channel are ours to say. */
export function itemOf(event: RemoteEvent, channel: string): InboundItem {
  const { id, type, account, ...told } = event
  return {
    account,
    dedupeKey: `event:${id}`,
    toEvent: ({ id: connectionId }) => ({
      type: EVENT_TYPES[type] as EventType,
      key: laneOf(connectionId, event),
      data: { ...told, connectionId, channel },
    }),
  }
}

/** One lane per (connection, person); what concerns no person goes in the connection's own lane. */
function laneOf(connectionId: string, { sender, recipient }: RemoteEvent): string {
  const identity = identityOf(sender) ?? identityOf(recipient)
  return identity === undefined ? connectionId : `${connectionId}/${identityKey(identity)}`
}

/** `recipient` is a person in an echo, and an identity in a status. */
function identityOf(party: unknown): Identity | undefined {
  if (typeof party !== 'object' || party === null) return undefined
  return 'identities' in party ? (party as Sender).identities[0] : (party as Identity)
}
