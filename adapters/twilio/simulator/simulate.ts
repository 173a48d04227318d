import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import Joi from 'joi'
import { request } from 'undici'
import { asList, asRecord, asText, type Json } from '../json.ts'
import type { TwilioChannel } from '../product.ts'

/** What `demo.json` says about a channel of Twilio's. */
interface DemoSender {
  readonly endpointUrl: string
  readonly accountSid: string
  readonly authToken: string
  /** The sender's address: `+15005550006`, `whatsapp:+15005550006`. */
  readonly id: string
  readonly apiBaseUrl: string
}

export type Simulate = (args: readonly string[], demo: unknown, print?: (line: string) => void) => Promise<void>

/** How long a first answer may take, and how long others may follow it. */
const FIRST_MS = 20_000
const NEXT_MS = 500

/**
 * `parley simulate twilio "text" … [-- --from +4915112345678 --name Ada]`: a customer who writes each text. The simulator signs
 * and posts the webhooks, and what the customer's phone gets back is printed. Throws when a webhook was refused.
 */
export function simulateTwilio(channel: TwilioChannel): Simulate {
  return async (args, demo, print = console.log) => {
    const sender = senderIn(channel, demo)
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { from: { type: 'string', default: '+4915112345678' }, name: { type: 'string', default: 'Ada' } },
    })
    const from = `+${values.from.replace(/\D/g, '')}`
    const start = await call(sender.apiBaseUrl, 'GET', '/_sim/received')
    for (const text of positionals) {
      await write(sender, from, { text, to: sender.id, name: values.name })
      print(`→ ${text}`)
    }
    const phone = sender.id.startsWith('whatsapp:') ? `whatsapp:${from}` : from
    const answers = await printAnswers(sender.apiBaseUrl, phone, asText(start?.next) ?? '0', print)
    if (answers === 0) print(`(no answer within ${FIRST_MS / 1000} seconds)`)
  }
}

function senderIn(channel: TwilioChannel, demo: unknown): DemoSender {
  const sender = Joi.object({
    endpointUrl: Joi.string().uri().required(),
    accountSid: Joi.string().required(),
    authToken: Joi.string().required(),
    id: Joi.string().required(),
    apiBaseUrl: Joi.string().uri().required(),
  })
  const schema: Joi.ObjectSchema<Record<string, DemoSender>> = Joi.object({
    [channel]: sender.unknown(true).required(),
  })
  const { value, error } = schema.unknown(true).required().validate(demo)
  const found = error === undefined ? value[channel] : undefined
  if (found !== undefined) return found
  const why = error?.message ?? 'it is empty'
  throw new ParleyError(`${channel}.no-demo`, `The demo's sender at Twilio cannot be found in demo.json: ${why}.`)
}

async function write({ apiBaseUrl, endpointUrl }: DemoSender, from: string, said: object): Promise<void> {
  const answer = await call(apiBaseUrl, 'POST', `/_sim/customers/${encodeURIComponent(from)}/messages`, said)
  const status = Number(answer?.status)
  if (status >= 200 && status < 300) return
  throw new ParleyError('simulator.webhook-refused', `The webhook ${endpointUrl} answered ${status}.`)
}

/** Prints what the customer gets after a cursor, until nothing comes any more; answers with how many there were. */
async function printAnswers(
  base: string,
  customer: string,
  start: string,
  print: (line: string) => void,
): Promise<number> {
  let after = start
  let answers = 0
  while (true) {
    const waitMs = String(answers === 0 ? FIRST_MS : NEXT_MS)
    const page = await call(base, 'GET', `/_sim/received?${new URLSearchParams({ customer, after, waitMs })}`)
    const messages = asList(page?.messages).map((message) => asRecord(message) ?? {})
    if (messages.length === 0) return answers
    for (const message of messages) print(`← ${asText(message.body) ?? '[file]'}`)
    answers += messages.length
    after = asText(page?.next) ?? after
  }
}

async function call(base: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json | undefined> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await request(new URL(path, base), { method, ...sent }).catch((cause: unknown) => {
    throw new ParleyError('simulator.unreachable', `No simulator answers at ${base}; is the demo running?`, { cause })
  })
  const text = await answer.body.text()
  if (answer.statusCode < 400) return text === '' ? undefined : asRecord(JSON.parse(text))
  const words = `${method} ${path.split('?')[0]} answered ${answer.statusCode}; is ${base} a simulator?`
  throw new ParleyError('simulator.refused', words)
}
