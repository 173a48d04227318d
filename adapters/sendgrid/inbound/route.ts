import { defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { signatureMatches } from '../signature.ts'
import { type TakeParts, takeMail } from './take.ts'
import { secretsMatch } from './token.ts'

interface Place {
  readonly connectionId: string
  readonly token: string
}

/**
 * Inbound Parse posts here. The token in the URL is the connection's; where its security policy signs, the signature counts as
 * well. Whatever can be kept is taken: SendGrid drops a mail for good on a 4xx, and comes back for three days on a 5xx.
 */
export function inboundRoute(parts: TakeParts): Route {
  const { settings, connections, clock } = parts
  return defineRoute<Place, unknown, Buffer>({
    method: 'POST',
    path: '/api/sendgrid/inbound/{connectionId}/{token}',
    id: 'receiveSendGridMail',
    summary: "Takes mail from SendGrid's Inbound Parse, parsed or raw.",
    tags: ['sendgrid'],
    access: { public: "SendGrid calls it; the URL holds the connection's token." },
    idempotent: false,
    params: Joi.object<Place>({
      connectionId: Joi.string().uuid().required(),
      token: Joi.string().max(200).required(),
    }),
    body: { raw: true, maxBytes: settings.maxInboundBytes },
    payload: Joi.binary().required(),
    responses: {
      200: { description: 'Kept.' },
      401: { description: 'The token or the signature is not the expected one.' },
    },
    async handle({ params, payload, headers }) {
      const connection = await connections.locate('sendgrid', params.connectionId)
      const { inboundTokenSha256: hash, inboundKey: key } = connection?.settings ?? {}
      if (connection === undefined || !secretsMatch(params.token, hash)) return refused()
      const times = { nowMs: clock.millis(), maxAgeSeconds: settings.webhookMaxAgeSeconds }
      if (key !== undefined && !signatureMatches({ body: payload, headers }, String(key), times)) return refused()
      await takeMail(parts, connection, { body: payload, contentType: headers['content-type'] })
      return ok(undefined)
    },
  })
}

function refused() {
  return problem(401, 'sendgrid.inbound-refused', 'The URL, or the signature, is not the one of a connection here.')
}
