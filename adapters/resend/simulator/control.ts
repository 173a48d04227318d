import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import { rawMail } from './raw-mail.ts'
import type { ResendSimulator } from './simulator.ts'
import type { SimulatedAccount } from './state.ts'

interface Written {
  readonly apiKey: string
  readonly from: string
  readonly to: string
  readonly subject?: string
  readonly text: string
}

const accountSchema: Joi.ObjectSchema<SimulatedAccount> = Joi.object({
  apiKey: Joi.string().required(),
  domains: Joi.array().items(Joi.string()).required(),
  endpointUrl: Joi.string().uri(),
})
const writtenSchema: Joi.ObjectSchema<Written> = Joi.object({
  apiKey: Joi.string().required(),
  from: Joi.string().required(),
  to: Joi.string().required(),
  subject: Joi.string(),
  text: Joi.string().required(),
})

/** `POST /_sim/accounts`, `POST /_sim/mails` (a customer writes), `GET /_sim/received?customer=&after=&waitMs=` (what a
 * customer got). */
export async function control(simulator: ResendSimulator, request: VendorRequest): Promise<VendorReply | undefined> {
  const { method, path } = request
  if (method === 'POST' && path === '/_sim/accounts')
    return checked(accountSchema, request, (account) => simulator.addAccount(account))
  if (method === 'POST' && path === '/_sim/mails')
    return checked(writtenSchema, request, ({ apiKey, ...mail }) => {
      const id = simulator.state.next('arrived')
      const messageId = `${id}@${mail.from.split('@').at(-1)}`
      const arrived = { id, ...mail, raw: rawMail({ ...mail, messageId }) }
      simulator.state.arrived.set(id, arrived)
      simulator.report(apiKey, simulator.arrivalOf(arrived))
    })
  if (method !== 'GET' || path !== '/_sim/received') return undefined
  const { messages, next } = await simulator.state.received.page(request.query)
  return { status: 200, body: { messages: messages.map(({ subject, text, from }) => ({ subject, text, from })), next } }
}

function checked<T>(schema: Joi.ObjectSchema<T>, request: VendorRequest, act: (value: T) => void): VendorReply {
  const { value, error } = schema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  act(value)
  return { status: 204 }
}
