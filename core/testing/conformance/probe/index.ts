import { buffer } from 'node:stream/consumers'
import Joi from 'joi'
import { type Identity, identitySchema } from '../../../contracts/content/identity.ts'
import type { InboundMedia } from '../../../contracts/content/inbound.ts'
import { type OutboundContent, outboundContentSchema } from '../../../contracts/content/outbound.ts'
import { channel, channelMedia } from '../../../contracts/ports/channel.ts'
import { connections } from '../../../contracts/ports/connections.ts'
import { definePlugin } from '../../../plugin/plugin.ts'
import { optional } from '../../../plugin/port.ts'
import { defineRoute, ok, problem } from '../../../plugin/route.ts'

interface Send {
  readonly connectionId: string
  readonly to: Identity
  readonly content: OutboundContent
  readonly correlationId: string
  readonly replyTo?: string
  readonly abortAfterMs?: number
}

interface Fetch {
  readonly connectionId: string
  readonly media: InboundMedia
}

const DEFAULT_TIMEOUT_MS = 15_000
const access = { public: 'a test kernel, for the length of a suite' } as const
const answered = { description: 'What the port answered.', schema: Joi.object().unknown(true) }
const responses = { 200: answered, 404: { description: 'No such connection.' } }

/**
 * A plugin as any other, that calls the channel's ports when it is asked over HTTP and answers what they answered. So the
 * suite sees a channel exactly as a domain plugin does, with nothing of the kernel between that a plugin has not.
 */
export default definePlugin({
  manifest: { permissions: [] },
  deps: { channels: channel, media: optional(channelMedia), connections },
  register({ channels, media, connections: stored }) {
    const find = async (tenantId: string, id: string) => stored.get(tenantId, id)
    return {
      routes: [
        defineRoute<{ tenantId: string }, unknown, Send>({
          method: 'POST',
          path: '/api/conformance/{tenantId}/send',
          id: 'conformanceSend',
          summary: 'Sends through the channel of a connection.',
          tags: ['conformance'],
          access,
          responses,
          params: Joi.object({ tenantId: Joi.string().required() }),
          payload: Joi.object({
            connectionId: Joi.string().required(),
            to: identitySchema.required(),
            content: outboundContentSchema.required(),
            correlationId: Joi.string().required(),
            replyTo: Joi.string(),
            abortAfterMs: Joi.number(),
          }),
          async handle({ params, payload }) {
            const { connectionId, abortAfterMs = DEFAULT_TIMEOUT_MS, ...send } = payload
            const connection = await find(params.tenantId, connectionId)
            const provider = connection === undefined ? undefined : channels.byKey(connection.provider)
            if (connection === undefined || provider === undefined) return notFound()
            return ok(await provider.send({ ...send, connection, signal: AbortSignal.timeout(abortAfterMs) }))
          },
        }),
        defineRoute<{ tenantId: string }, unknown, Fetch>({
          method: 'POST',
          path: '/api/conformance/{tenantId}/media',
          id: 'conformanceMedia',
          summary: 'Fetches a file from the vendor of a connection.',
          tags: ['conformance'],
          access,
          responses,
          params: Joi.object({ tenantId: Joi.string().required() }),
          payload: Joi.object({ connectionId: Joi.string().required(), media: Joi.object().unknown(true).required() }),
          async handle({ params, payload }) {
            const connection = await find(params.tenantId, payload.connectionId)
            const provider = connection === undefined ? undefined : media?.byKey(connection.provider)
            if (connection === undefined || provider === undefined) return notFound()
            const signal = AbortSignal.timeout(DEFAULT_TIMEOUT_MS)
            const fetched = await provider.fetch({ connection, media: payload.media, signal })
            if (!fetched.ok) return ok(fetched)
            const bytes = await buffer(fetched.content as AsyncIterable<Buffer>)
            return ok({ ok: true, mimeType: fetched.mimeType, bytes: bytes.length })
          },
        }),
        defineRoute<{ tenantId: string; connectionId: string }, unknown, unknown>({
          method: 'GET',
          path: '/api/conformance/{tenantId}/test/{connectionId}',
          id: 'conformanceTest',
          summary: 'Checks the credential of a connection.',
          tags: ['conformance'],
          access,
          responses,
          params: Joi.object({ tenantId: Joi.string().required(), connectionId: Joi.string().required() }),
          async handle({ params }) {
            const connection = await find(params.tenantId, params.connectionId)
            const provider = connection === undefined ? undefined : channels.byKey(connection.provider)
            if (connection === undefined || provider === undefined) return notFound()
            return ok(await provider.test(connection, AbortSignal.timeout(DEFAULT_TIMEOUT_MS)))
          },
        }),
      ],
    }
  },
})

function notFound() {
  return problem(404, 'conformance.not-found', 'no such connection, or its provider is not running')
}
