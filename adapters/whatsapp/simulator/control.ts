import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { TemplateDecision } from './decide-template.ts'
import type { WhatsAppSimulator } from './simulator.ts'
import type { SimulatedAccount } from './state.ts'

/** What a number has that nobody described. */
const USUAL = { wabaId: '100000000000001', displayPhoneNumber: '15550000000', verifiedName: 'Demo business' }

const accountSchema: Joi.ObjectSchema<Partial<SimulatedAccount> & Pick<SimulatedAccount, 'phoneNumberId'>> = Joi.object(
  {
    phoneNumberId: Joi.string().required(),
    wabaId: Joi.string(),
    accessToken: Joi.string(),
    displayPhoneNumber: Joi.string(),
    verifiedName: Joi.string(),
    callbackUrl: Joi.string().uri(),
    appSecret: Joi.string(),
  },
)

interface Said {
  readonly message: Readonly<Record<string, unknown>>
  readonly to?: string
  readonly name?: string
  readonly quote?: string
}

const saidSchema: Joi.ObjectSchema<Said> = Joi.object({
  message: Joi.object({ type: Joi.string().required() }).unknown(true).required(),
  to: Joi.string(),
  name: Joi.string(),
  quote: Joi.string(),
})

/**
 * The simulator from outside, besides what every vendor simulator has (`/_sim/faults`, `/_sim/webhook-faults`, `/_sim/requests`):
 * - `POST /_sim/accounts` adds a number or changes what is named
 * - `POST /_sim/customers/{id}/messages` `{ message: { type, <type> }, to?, name?, quote? }` writes as a customer; answers `{ id, status }`,
 *   the webhook's own HTTP status
 * - `PATCH /_sim/customers/{id}` `{ unreachable?, stoppedMarketing?, name?, userId? }`
 * - `GET /_sim/received?customer=&after=&waitMs=` what phones got after a cursor; waits for the first when there is none yet
 * - `GET /_sim/reads` ids of customers' messages that were marked read
 * - `PATCH /_sim/templates/{name}` `{ language, status?, reason?, quality?, category?, deleted?, phoneNumberId? }` decides about a
 *   template and posts the webhooks
 */
export async function controlCall(
  simulator: WhatsAppSimulator,
  request: VendorRequest,
): Promise<VendorReply | undefined> {
  const [, , room, id, what] = request.path.split('/').map(decodeURIComponent)
  const call = `${request.method} ${room}${id === undefined ? '' : '/*'}${what === undefined ? '' : `/${what}`}`
  if (call === 'POST accounts') return addAccount(simulator, request)
  if (call === 'POST customers/*/messages') return say(simulator, id ?? '', request)
  if (call === 'PATCH customers/*') return change(simulator, id ?? '', request)
  if (call === 'GET received') return { status: 200, body: await simulator.state.received.page(request.query) }
  if (call === 'PATCH templates/*') return decide(simulator, id ?? '', request)
  if (call === 'GET reads') return { status: 200, body: simulator.state.reads }
  return undefined
}

function addAccount(simulator: WhatsAppSimulator, request: VendorRequest): VendorReply {
  const { value, error } = accountSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  simulator.addAccount({ ...USUAL, ...simulator.state.accounts.get(value.phoneNumberId), ...value })
  return { status: 204 }
}

async function say(simulator: WhatsAppSimulator, id: string, request: VendorRequest): Promise<VendorReply> {
  const { value, error } = saidSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  const customer = simulator.customer(id, value.to)
  if (value.name !== undefined) customer.named(value.name)
  const sending = value.quote === undefined ? {} : { quote: value.quote }
  return { status: 200, body: await customer.sayNow(value.message, sending) }
}

function change(simulator: WhatsAppSimulator, id: string, request: VendorRequest): VendorReply {
  const schema = Joi.object({
    unreachable: Joi.boolean(),
    stoppedMarketing: Joi.boolean(),
    name: Joi.string(),
    userId: Joi.string(),
  })
  const { value, error } = schema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  Object.assign(simulator.state.person(id), value)
  return { status: 204 }
}

const decisionSchema: Joi.ObjectSchema<TemplateDecision & { language: string; phoneNumberId?: string }> = Joi.object({
  language: Joi.string().required(),
  phoneNumberId: Joi.string(),
  status: Joi.valid('APPROVED', 'PENDING', 'REJECTED', 'PAUSED', 'DISABLED'),
  reason: Joi.string(),
  quality: Joi.valid('GREEN', 'YELLOW', 'RED', 'UNKNOWN'),
  category: Joi.valid('MARKETING', 'UTILITY', 'AUTHENTICATION'),
  deleted: Joi.boolean(),
})

function decide(simulator: WhatsAppSimulator, name: string, request: VendorRequest): VendorReply {
  const { value, error } = decisionSchema.validate(jsonOf(request))
  if (error !== undefined) return { status: 400, body: { detail: error.message } }
  const { language, phoneNumberId, ...decision } = value
  simulator.decideTemplate({ name, language }, decision, phoneNumberId)
  return { status: 204 }
}
