import { Readable } from 'node:stream'
import Joi from 'joi'
import { reasonOf } from '../plugin/errors.ts'
import { defineRoute, problem, type Reply, type Route, raw } from '../plugin/route.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { bridged } from './bridged.ts'
import { ANSWER_HEADER, PEER_PATH } from './peer-client.ts'
import { SeenCalls } from './seen-calls.ts'
import type { PeerSettings } from './settings.ts'
import { open, type PeerCall, revived, seal } from './wire.ts'

export interface PeerRouteParts {
  /** The id of this process. */
  readonly self: string
  /** A provider that runs in this process. */
  readonly provider: (port: string, key: string) => unknown
  readonly ring: KeyRing
  readonly clock: Clock
  readonly log: Logger
  readonly settings: PeerSettings
}

type Stamped = PeerCall & { readonly at: string }

/** Takes calls of the other processes of the installation. Whoever has its keys is one of them. */
export function peerRoute(parts: PeerRouteParts): Route {
  const { clock, settings } = parts
  const seen = new SeenCalls({ clock, forMs: 2 * settings.staleMs })
  return defineRoute({
    method: 'POST',
    path: PEER_PATH,
    id: 'callPeer',
    summary: 'Asks a provider that runs in this process; for the other processes of the installation alone',
    tags: ['operations'],
    access: { public: 'The call is sealed with the keys of the installation.' },
    limit: 'none',
    body: { maxBytes: settings.maxBytes },
    payload: Joi.object<{ id: string; sealed: string }>({
      id: Joi.string().uuid().required(),
      sealed: Joi.string().required(),
    }),
    responses: {
      200: {
        description: 'The sealed answer; or a file, with the answer sealed in a header',
        contentType: 'text/plain',
      },
      401: { description: 'Not sealed with our keys for this process, too old, or here before' },
      404: { description: 'The provider does not run in this process' },
    },
    async handle({ payload: { id, sealed } }) {
      const call = opened(parts, id, sealed)
      const age = call === undefined ? Infinity : Math.abs(clock.millis() - Date.parse(call.at))
      if (call === undefined || age > settings.staleMs || !seen.isNew(id))
        return problem(401, 'peer.refused', 'The call is not sealed for this process, is too old, or was here before.')
      return answer(parts, id, call)
    },
  })
}

function opened({ ring, self, log }: PeerRouteParts, id: string, sealed: string): Stamped | undefined {
  try {
    return open<Stamped>(ring, sealed, { peer: self, call: id, direction: 'call' })
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'a call between processes was refused')
    return undefined
  }
}

async function answer(parts: PeerRouteParts, id: string, call: Stamped): Promise<Reply> {
  const { ring, self, settings } = parts
  const provider = parts.provider(call.port, call.key) as Record<string, (...args: unknown[]) => unknown> | undefined
  const method = bridged(call.port)?.calls.includes(call.method) ? provider?.[call.method] : undefined
  if (provider === undefined || method === undefined)
    return problem(404, 'peer.unknown-provider', `${call.port} of ${call.key} does not run in this process.`)
  const args = revived(call.arguments, AbortSignal.timeout(settings.callMs)) as unknown[]
  const value = await method.apply(provider, args)
  const { content, ...beside } = (value ?? {}) as { content?: unknown }
  const sealed = (told: unknown) => seal(ring, told, { peer: self, call: id, direction: 'answer' })
  if (!(content instanceof Readable)) return raw(sealed(value ?? null), 'text/plain')
  return raw(content, 'application/octet-stream', { [ANSWER_HEADER]: sealed(beside) })
}
