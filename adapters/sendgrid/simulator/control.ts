import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { SendGridSimulator } from './simulator.ts'
import type { SimulatedAccount } from './state.ts'

interface Written {
  readonly apiKey: string
  readonly from: string
  readonly to: string
  readonly name?: string
  readonly subject?: string
  readonly text: string
}

const accountSchema: Joi.ObjectSchema<SimulatedAccount> = Joi.object({
  apiKey: Joi.string().required(),
  domains: Joi.array().items(Joi.string()).required(),
  senders: Joi.array().items(Joi.string()),
  eventUrl: Joi.string().uri(),
  inboundUrl: Joi.string().uri(),
})
const writtenSchema: Joi.ObjectSchema<Written> = Joi.object({
  apiKey: Joi.string().required(),
  from: Joi.string().required(),
  to: Joi.string().required(),
  name: Joi.string(),
  subject: Joi.string(),
  text: Joi.string().required(),
})

/** `POST /_sim/accounts`, `POST /_sim/mails` (a customer writes), `GET /_sim/received?customer=&after=&waitMs=` (what a
 * customer got). */
export async function control(simulator: SendGridSimulator, request: VendorRequest): Promise<VendorReply | undefined> {
  const { method, path } = request
  if (method === 'POST' && path === '/_sim/accounts')
    return checked(accountSchema, request, (account) => {
      simulator.addAccount(account)
      return { status: 204 }
    })
  if (method === 'POST' && path === '/_sim/mails')
    return checked(writtenSchema, request, async ({ apiKey, ...mail }) => {
      const messageId = `${simulator.state.next('customer')}@${mail.from.split('@').at(-1)}`
      return { status: 200, body: { status: await simulator.write(apiKey, { ...mail, messageId }) } }
    })
  if (method !== 'GET' || path !== '/_sim/received') return undefined
  const { messages, next } = await simulator.state.received.page(request.query)
  return { status: 200, body: { messages: messages.map(({ subject, text, from }) => ({ subject, text, from })), next } }
}

async function checked<T>(
  schema: Joi.ObjectSchema<T>,
  request: VendorRequest,
  act: (value: T) => VendorReply | Promise<VendorReply>,
): Promise<VendorReply> {
  const { value, error } = schema.validate(jsonOf(request))
  return error === undefined ? act(value) : { status: 400, body: { detail: error.message } }
}
