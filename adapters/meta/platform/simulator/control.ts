import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { PlatformSimulator } from './simulator.ts'
import type { SimulatedAccount } from './state.ts'

const accountSchema: Joi.ObjectSchema<Partial<SimulatedAccount> & Pick<SimulatedAccount, 'id'>> = Joi.object({
  id: Joi.string().required(),
  name: Joi.string(),
  username: Joi.string(),
  login: Joi.valid('instagram', 'facebook'),
  pageId: Joi.string(),
  accessToken: Joi.string(),
  userToken: Joi.string(),
  tokenExpiresAt: Joi.number(),
  callbackUrl: Joi.string().uri(),
  appSecret: Joi.string(),
})

interface Said {
  readonly message: Readonly<Record<string, unknown>>
  readonly to?: string
  readonly name?: string
}

const saidSchema: Joi.ObjectSchema<Said> = Joi.object({
  message: Joi.object().unknown(true).required(),
  to: Joi.string(),
  name: Joi.string(),
})

/**
 * The simulator from outside, besides what every vendor simulator has (`/_sim/faults`, `/_sim/webhook-faults`, `/_sim/requests`):
 * - `POST /_sim/accounts` adds a page or an account, or changes what is named
 * - `POST /_sim/customers/{id}/messages` `{ message: { text, attachments, … }, to?, name? }` writes as a customer; answers
 *   `{ id, status }`, the webhook's own HTTP status
 * - `PATCH /_sim/customers/{id}` `{ unreachable?, hidden?, name?, username? }`
 * - `GET /_sim/received?customer=&after=&waitMs=` what people got after a cursor; waits for the first when there is none yet
 * - `GET /_sim/actions` marks of reading and typing
 */
export async function controlCall(
  simulator: PlatformSimulator,
  request: VendorRequest,
): Promise<VendorReply | undefined> {
  const [, , room, id, what] = request.path.split('/').map(decodeURIComponent)
  const call = `${request.method} ${room}${id === undefined ? '' : '/*'}${what === undefined ? '' : `/${what}`}`
  if (call === 'POST accounts') return addAccount(simulator, request)
  if (call === 'POST customers/*/messages') return say(simulator, id ?? '', request)
  if (call === 'PATCH customers/*') return change(simulator, id ?? '', request)
  if (call === 'GET received') return { status: 200, body: await simulator.state.received.page(request.query) }
  if (call === 'GET actions') return { status: 200, body: simulator.state.actions }
  return undefined
}

function addAccount(simulator: PlatformSimulator, request: VendorRequest): VendorReply {
  const { value, error } = accountSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  simulator.addAccount({ name: 'Demo business', ...simulator.state.accounts.get(value.id), ...value })
  return { status: 204 }
}

async function say(simulator: PlatformSimulator, id: string, request: VendorRequest): Promise<VendorReply> {
  const { value, error } = saidSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  const customer = simulator.customer(id, value.to)
  if (value.name !== undefined) customer.named(value.name)
  return { status: 200, body: await customer.sayNow(value.message) }
}

function change(simulator: PlatformSimulator, id: string, request: VendorRequest): VendorReply {
  const schema = Joi.object({
    unreachable: Joi.boolean(),
    hidden: Joi.boolean(),
    name: Joi.string(),
    username: Joi.string(),
  })
  const { value, error } = schema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  Object.assign(simulator.state.person(id), value)
  return { status: 204 }
}
