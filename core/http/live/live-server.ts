import { setTimeout as delay } from 'node:timers/promises'
import type { Server } from '@hapi/hapi'
import nes from '@hapi/nes'
import type { LivePublisher, LiveTopic } from '../../plugin/live.ts'
import type { Logger } from '../../plugin/services.ts'
import type { Gate } from '../options.ts'
import type { Authentication } from '../request/authentication.ts'
import type { LiveSettings } from '../settings.ts'
import { type GuardParts, guardSockets } from './guard.ts'
import { type RawSocket, socketServerOf } from './nes-internals.ts'
import { type Socket, Subscribers } from './subscribers.ts'
import { openTopic, recognizedOf } from './topics.ts'

export interface LiveParts extends GuardParts {
  readonly authentication: Authentication
  readonly gate: Gate
  readonly log: Logger
  /** hapi's auth strategy: any registered scheme. */
  readonly strategy: string
}

export interface LiveServer {
  readonly publisher: LivePublisher
  open(topic: LiveTopic, pluginId: string): void
  start(): void
  /** Sends every client away (1012, "service restart"), spread over the jitter, and cuts those who do not go. */
  close(): Promise<void>
}

/**
 * The WebSocket. A client introduces itself with `auth: { headers: { authorization: '<scheme> <token>' } }` and subscribes
 * to topics. Its credential is looked up again every few seconds, so that a revoked one loses its sockets.
 */
export async function createLiveServer(server: Server, parts: LiveParts): Promise<LiveServer> {
  const { live } = parts.settings
  await server.register({ plugin: nes.plugin, options: nesOptions(live, parts.strategy) })
  guardSockets(server, parts)
  const raw = (socket: Socket) => (socket as Socket & { readonly _ws: RawSocket })._ws
  const subscribers = new Subscribers({ settings: live, log: parts.log, cut: (socket) => raw(socket).terminate() })
  const topics = {
    server,
    subscribers,
    gate: parts.gate,
    settings: live,
    log: parts.log,
    authentication: parts.authentication,
  }
  const closing = new AbortController()
  return {
    publisher: subscribers,
    open: (topic, pluginId) => openTopic(topic, pluginId, topics),
    start: () => void reverifyRegularly(server, parts, closing.signal),
    close: () => {
      closing.abort()
      return sendAway(server, live)
    },
  }
}

function nesOptions(live: LiveSettings, strategy: string) {
  return {
    auth: {
      type: 'direct',
      endpoint: '/nes/auth',
      route: { strategy, mode: 'required' },
      timeout: live.authTimeoutMs,
      minAuthVerifyInterval: false,
    },
    heartbeat: { interval: live.heartbeatMs, timeout: live.heartbeatTimeoutMs },
    maxConnections: live.maxSockets,
  } as const
}

async function reverifyRegularly(server: Server, parts: LiveParts, signal: AbortSignal): Promise<void> {
  const { reverifyMs } = parts.settings.live
  while (!signal.aborted) {
    await delay(reverifyMs, undefined, { signal, ref: false }).catch(ignoreAbort)
    if (!signal.aborted) await reverify(server, parts)
  }
}

async function reverify(server: Server, { authentication, log }: LiveParts): Promise<void> {
  const sockets: Socket[] = []
  // Typed void, but it walks asynchronously.
  await server.eachSocket((socket) => void sockets.push(socket))
  for (const socket of sockets) {
    const recognized = recognizedOf(socket)
    if (recognized === undefined) continue
    try {
      if (!(await authentication.stillHolds(recognized))) void socket.disconnect()
    } catch (error) {
      // The storage is away: who was let in stays, until it can be asked again.
      log.warn({ error }, 'live credentials could not be looked up again')
      return
    }
  }
}

/** 1012 tells clients to come back, which finds them another server; the jitter keeps them from coming all at once. */
async function sendAway(server: Server, { closeJitterMs, goodbyeMs }: LiveSettings): Promise<void> {
  const sockets = [...socketServerOf(server).clients]
  const gone = sockets.map((socket) => new Promise<void>((resolve) => socket.once('close', resolve)))
  for (const socket of sockets) {
    await delay(closeJitterMs / sockets.length)
    socket.close(1012, 'service restart')
  }
  const enough = new AbortController()
  const late = delay(goodbyeMs, undefined, { signal: enough.signal }).catch(ignoreAbort)
  await Promise.race([Promise.all(gone), late])
  enough.abort()
  for (const socket of socketServerOf(server).clients) socket.terminate()
}

function ignoreAbort(error: Error): void {
  if (error.name !== 'AbortError') throw error
}
