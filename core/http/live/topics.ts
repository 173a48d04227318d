import Boom from '@hapi/boom'
import type { Server } from '@hapi/hapi'
import { UnavailableError } from '../../plugin/errors.ts'
import type { LiveTopic } from '../../plugin/live.ts'
import type { Logger } from '../../plugin/services.ts'
import type { Gate } from '../options.ts'
import type { Authentication, Recognized } from '../request/authentication.ts'
import type { LiveSettings } from '../settings.ts'
import type { Socket, Subscribers } from './subscribers.ts'

export interface TopicParts {
  readonly server: Server
  readonly subscribers: Subscribers
  readonly gate: Gate
  readonly authentication: Authentication
  readonly settings: LiveSettings
  readonly log: Logger
}

/** Opens a topic for subscriptions. Every "no" is a Boom: nes turns anything else that is thrown into the end of the process. */
export function openTopic(topic: LiveTopic, pluginId: string, parts: TopicParts): void {
  const { server, subscribers } = parts
  server.subscription(topic.path, {
    onSubscribe: async (socket: Socket, path: string, params?: unknown) => {
      const refusal = await refusalOf(topic, pluginId, socket, stringParams(params), parts)
      if (refusal !== undefined) throw refusal
      if (!socket.isOpen()) throw Boom.clientTimeout('The socket closed meanwhile')
      subscribers.add(socket, path)
    },
    onUnsubscribe: (socket: Socket, path: string) => subscribers.remove(socket, path),
  })
}

async function refusalOf(
  topic: LiveTopic,
  pluginId: string,
  socket: Socket,
  params: Readonly<Record<string, string>>,
  parts: TopicParts,
): Promise<Boom.Boom | undefined> {
  const recognized = recognizedOf(socket)
  if (recognized === undefined) return Boom.unauthorized('Subscribing needs a credential')
  if (parts.subscribers.count(socket) >= parts.settings.maxSubscriptions) {
    return Boom.tooManyRequests(`At most ${parts.settings.maxSubscriptions} subscriptions for each socket`)
  }
  try {
    return await accessRefusal(topic, pluginId, recognized, params, parts)
  } catch (error) {
    parts.log.error({ plugin: pluginId, topic: topic.path, error }, 'a subscription could not be checked')
    return error instanceof UnavailableError ? Boom.serverUnavailable('Try again shortly') : Boom.internal()
  }
}

/** A `tenantId` in the path must be the caller's own, whatever the plugin's `authorize` says. */
async function accessRefusal(
  topic: LiveTopic,
  pluginId: string,
  recognized: Recognized,
  params: Readonly<Record<string, string>>,
  { gate, authentication }: TopicParts,
): Promise<Boom.Boom | undefined> {
  const { actor, scheme } = recognized
  if (!(await gate(pluginId, actor.tenantId))) return Boom.notFound('Subscription not found')
  if ('scheme' in topic.access && topic.access.scheme !== scheme) return Boom.forbidden('Another credential is needed')
  const refusal = await authentication.refusal(topic.access, recognized)
  if (refusal !== undefined) return Boom.forbidden(refusal.detail)
  if (params.tenantId !== undefined && params.tenantId !== actor.tenantId) return Boom.forbidden('Not your tenant')
  return (await topic.authorize(params, actor)) ? undefined : Boom.forbidden('Not yours to listen to')
}

export function recognizedOf(socket: Socket): Recognized | undefined {
  return socket.auth.credentials?.recognized
}

function stringParams(params: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)]))
}
