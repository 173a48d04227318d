import { type Channel, type SendRequest, type SendResult, smsSegments } from '@parley/core'
import { recipientOf } from '../address.ts'
import { asText } from '../json.ts'
import type { TwilioProduct } from '../product.ts'
import { statusCallback } from '../status-callback.ts'
import type { TwilioApi } from '../wire/twilio-api.ts'
import type { MediaLinks } from './files.ts'
import { isMedia, messageOf } from './message.ts'
import { refuse, sendOutcome } from './outcome.ts'
import { testSender } from './test-sender.ts'

export interface ChannelDeps {
  readonly product: TwilioProduct
  readonly api: TwilioApi
  readonly links: MediaLinks
  readonly publicUrl: string | undefined
}

/** `POST /2010-04-01/Accounts/{sid}/Messages.json`. Twilio paces what it takes; what it refuses for its rate comes back. */
export function twilioChannel(deps: ChannelDeps): Channel {
  return {
    capabilities: deps.product.capabilities,
    send: (request) => send(deps, request),
    test: (connection, signal) => testSender(deps.api, connection, signal),
  }
}

async function send(deps: ChannelDeps, request: SendRequest): Promise<SendResult> {
  const { product, api, links, publicUrl } = deps
  const { connection, content, signal } = request
  const to = recipientOf(product.channel, request.to)
  if (to === undefined)
    return refuse('recipient', 'identity', `${product.capabilities.title} cannot write to a ${request.to.kind}`)
  // What cannot be sent is known before anything is looked up for it.
  const draft = messageOf(product, content, undefined)
  if (!draft.ok) return refuse('content', draft.code, draft.detail)
  const file = isMedia(content) ? await links.of(product, connection, content) : undefined
  if (file !== undefined && !file.ok) return file
  const message = messageOf(product, content, file?.url)
  if (!message.ok) return refuse('content', message.code, message.detail)
  const segments = segmentsOf(product, message.fields)
  const callback = statusCallback(product.channel, request, { publicUrl, segments })
  const answer = await api.call(connection, signal, ({ messages }) =>
    messages.create({
      to,
      ...senderOf(request),
      ...message.fields,
      ...(callback === undefined ? {} : { statusCallback: callback }),
    }),
  )
  return sendOutcome(answer, [...Object.values(connection.secrets), to, request.to.value])
}

/** A Messaging Service where there is one: it chooses the number, keeps to the same one, and knows who opted out. */
function senderOf({ connection: { externalId, settings } }: SendRequest) {
  const service = externalId.startsWith('MG') ? externalId : asText(settings.messagingServiceSid)
  return service === undefined ? { from: externalId } : { messagingServiceSid: service }
}

/** A message with a file is an MMS, which has no parts. */
function segmentsOf(product: TwilioProduct, { body, mediaUrl }: { body?: string; mediaUrl?: string[] }) {
  return product.channel === 'twilio' && body !== undefined && mediaUrl === undefined
    ? smsSegments(body).segments
    : undefined
}
