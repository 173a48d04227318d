import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'
import type { ConnectionHealth } from '../ports/connections.ts'

/** Topic `connections`: what becomes of the tenant's accounts at outside systems. Key: the connection's id. No secrets. */
const topic = 'connections'

export interface ConnectionRef {
  readonly connectionId: string
  /** The provider's key: `whatsapp`. */
  readonly provider: string
  /** As the tenant calls it. */
  readonly name: string
}

const ref = {
  connectionId: Joi.string().uuid().required(),
  provider: Joi.string().required(),
  name: Joi.string().allow('').required(),
}

export const connectionCreated = defineEvent<ConnectionRef>({
  type: 'connection.created.v1',
  topic,
  summary: 'An account at an outside system was connected.',
  schema: Joi.object(ref),
})

export interface ConnectionChanged extends ConnectionRef {
  readonly changed: readonly ('name' | 'settings' | 'secrets' | 'aliases')[]
}

/** By somebody at the tenant. What an adapter notes down for itself (a renewed token, a place in a mailbox) is none. */
export const connectionChanged = defineEvent<ConnectionChanged>({
  type: 'connection.changed.v1',
  topic,
  summary: 'Somebody changed a connection: its name, settings or secrets.',
  schema: Joi.object({
    ...ref,
    changed: Joi.array()
      .items(Joi.valid('name', 'settings', 'secrets', 'aliases'))
      .required(),
  }),
})

export const connectionRemoved = defineEvent<ConnectionRef>({
  type: 'connection.removed.v1',
  topic,
  summary: 'An account was disconnected: nothing is sent or received over it any more.',
  schema: Joi.object(ref),
})

export interface ConnectionHealthChanged extends ConnectionRef {
  readonly health: ConnectionHealth
  readonly previous: ConnectionHealth
  /** Why, in the vendor's words without any secret. */
  readonly detail?: string
}

export const connectionHealthChanged = defineEvent<ConnectionHealthChanged>({
  type: 'connection.health.changed.v1',
  topic,
  summary: 'A connection stopped working, or works again.',
  schema: Joi.object({
    ...ref,
    health: Joi.valid('ok', 'auth-failed', 'degraded').required(),
    previous: Joi.valid('ok', 'auth-failed', 'degraded').required(),
    detail: Joi.string().allow(''),
  }),
})
