import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { TwilioSimulator } from './simulator.ts'
import type { SimulatedAccount, SimulatedSender } from './state.ts'

const accountSchema: Joi.ObjectSchema<SimulatedAccount> = Joi.object({
  sid: Joi.string().pattern(/^AC/).required(),
  authToken: Joi.string().required(),
  friendlyName: Joi.string().default('Demo'),
})

const senderSchema: Joi.ObjectSchema<SimulatedSender> = Joi.object({
  accountSid: Joi.string().required(),
  address: Joi.string().required(),
  friendlyName: Joi.string(),
  webhookUrl: Joi.string().uri(),
  serviceSid: Joi.string(),
  advancedOptOut: Joi.boolean(),
})

const saidSchema: Joi.ObjectSchema<{ text: string; to: string; name?: string }> = Joi.object({
  text: Joi.string().required(),
  to: Joi.string().required(),
  name: Joi.string(),
})

/**
 * The simulator from outside, besides what every vendor simulator has (`/_sim/faults`, `/_sim/webhook-faults`, `/_sim/requests`):
 * - `POST /_sim/accounts`, `POST /_sim/senders` add one, or replace it
 * - `POST /_sim/customers/{phone}/messages` `{ text, to, name? }` writes as a customer; answers `{ sid, status }`, the webhook's
 *   own HTTP status
 * - `GET /_sim/received?customer=&after=&waitMs=` what phones got after a cursor; waits for the first when there is none yet
 */
export async function controlCall(
  simulator: TwilioSimulator,
  request: VendorRequest,
): Promise<VendorReply | undefined> {
  const [, , room, id, what] = request.path.split('/').map(decodeURIComponent)
  const call = `${request.method} ${room}${id === undefined ? '' : '/*'}${what === undefined ? '' : `/${what}`}`
  if (call === 'POST accounts') return checked(accountSchema, request, (account) => simulator.addAccount(account))
  if (call === 'POST senders') return checked(senderSchema, request, (sender) => simulator.addSender(sender))
  if (call === 'POST customers/*/messages') return say(simulator, id ?? '', request)
  if (call === 'GET received') return { status: 200, body: await simulator.state.received.page(request.query) }
  return undefined
}

function checked<T>(schema: Joi.ObjectSchema<T>, request: VendorRequest, work: (value: T) => void): VendorReply {
  const { value, error } = schema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  work(value)
  return { status: 204 }
}

async function say(simulator: TwilioSimulator, phone: string, request: VendorRequest): Promise<VendorReply> {
  const { value, error } = saidSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  const { text, to, name } = value
  const named = name === undefined || !to.startsWith('whatsapp:') ? {} : { ProfileName: name }
  return { status: 200, body: await simulator.customer(phone, to).textNow(text, named) }
}
