import { setTimeout as delay } from 'node:timers/promises'
import Joi from 'joi'
import { ok, type Route } from '../plugin/route.ts'
import type { Logger } from '../plugin/services.ts'
import type { PartState } from './options.ts'

const partSchema = Joi.object({
  part: Joi.string().required(),
  ok: Joi.boolean().required(),
  detail: Joi.string(),
})

export interface HealthParts {
  /** False before the start, and from the moment the server is told to stop. */
  serving(): boolean
  readiness(): Promise<readonly PartState[]>
  readonly timeoutMs: number
  readonly log: Logger
}

/** `/healthz`: the process answers; a failure means "restart me". `/readyz`: it can do its work; a failure means "send nobody here". */
export function healthRoutes(parts: HealthParts): readonly Route[] {
  return [healthRoute(), readyRoute(parts)]
}

function healthRoute(): Route {
  return {
    method: 'GET',
    path: '/healthz',
    id: 'getHealth',
    summary: 'The process is alive.',
    tags: ['operations'],
    access: { public: 'A load balancer has no credential.' },
    limit: 'none',
    responses: { 200: { description: 'Alive.', schema: Joi.object({ status: Joi.valid('alive').required() }) } },
    handle: async () => ok({ status: 'alive' }),
  }
}

function readyRoute(parts: HealthParts): Route {
  const body = (status: string) =>
    Joi.object({ status: Joi.valid(status).required(), parts: Joi.array().items(partSchema).required() })
  const probe = sharedProbe(parts)
  return {
    method: 'GET',
    path: '/readyz',
    id: 'getReadiness',
    summary: 'The database is reachable and every required part has started.',
    tags: ['operations'],
    access: { public: 'A load balancer has no credential.' },
    limit: 'none',
    responses: {
      200: { description: 'Ready.', schema: body('ready') },
      503: { description: 'Not ready; `parts` says which part is not.', schema: body('not-ready') },
    },
    handle: async () => {
      const states = [...(await probe()), serverState(parts.serving())]
      const ready = states.every((state) => state.ok)
      return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not-ready', parts: states } }
    },
  }
}

function serverState(serving: boolean): PartState {
  return serving ? { part: 'http', ok: true } : { part: 'http', ok: false, detail: 'starting or stopping' }
}

/** One probe at a time, however many ask: an outage must not be answered with a queue of checks. */
function sharedProbe(parts: HealthParts): () => Promise<readonly PartState[]> {
  let running: Promise<readonly PartState[]> | undefined
  return () => {
    running ??= probeOnce(parts).finally(() => {
      running = undefined
    })
    return running
  }
}

async function probeOnce(parts: HealthParts): Promise<readonly PartState[]> {
  const giveUp = new AbortController()
  const late = delay(parts.timeoutMs, [{ part: 'readiness', ok: false, detail: 'timed out' }], {
    signal: giveUp.signal,
  }).catch(() => [])
  try {
    return await Promise.race([parts.readiness(), late])
  } catch (error) {
    parts.log.error({ error }, 'the readiness check failed')
    return [{ part: 'readiness', ok: false, detail: 'the check failed' }]
  } finally {
    giveUp.abort()
  }
}
