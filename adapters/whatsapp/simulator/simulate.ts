import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import Joi from 'joi'
import { request } from 'undici'
import { asList, asRecord, asText, type Json } from '../../meta/json.ts'

/** What `demo.json` says about WhatsApp. */
export interface WhatsAppDemo {
  readonly whatsapp: {
    readonly endpointUrl: string
    readonly appSecret: string
    readonly phoneNumberId: string
    readonly graphBaseUrl: string
  }
}

const demoSchema: Joi.ObjectSchema<WhatsAppDemo> = Joi.object({
  whatsapp: Joi.object({
    endpointUrl: Joi.string().uri().required(),
    appSecret: Joi.string().required(),
    phoneNumberId: Joi.string().required(),
    graphBaseUrl: Joi.string().uri().required(),
  })
    .unknown(true)
    .required(),
})
  .unknown(true)
  .required()

/** How long a first answer may take, and how long others may follow it. */
const FIRST_MS = 20_000
const NEXT_MS = 500

interface Wanted {
  readonly from: string
  readonly name: string
  readonly texts: readonly string[]
}

/**
 * `parley simulate whatsapp "text" … [-- --from 4915112345678 --name Ada]`: a customer who writes each text. The simulator
 * signs and posts the webhooks, and what the customer's phone gets back is printed. Throws when a webhook was refused.
 */
export async function simulateWhatsApp(
  args: readonly string[],
  demo: unknown,
  print: (line: string) => void = console.log,
): Promise<void> {
  const { value, error } = demoSchema.validate(demo)
  if (error !== undefined)
    throw new ParleyError(
      'whatsapp.no-demo',
      `The demo's WhatsApp number cannot be found in demo.json: ${error.message}.`,
    )
  const { endpointUrl, appSecret, phoneNumberId, graphBaseUrl } = value.whatsapp
  const wanted = read(args)
  await call(graphBaseUrl, 'POST', '/_sim/accounts', { phoneNumberId, callbackUrl: endpointUrl, appSecret })
  const start = await call(graphBaseUrl, 'GET', '/_sim/received')
  for (const text of wanted.texts) {
    await write(value, wanted, text)
    print(`→ ${text}`)
  }
  const answers = await printAnswers(graphBaseUrl, wanted.from, asText(start?.next) ?? '0', print)
  if (answers === 0) print(`(no answer within ${FIRST_MS / 1000} seconds)`)
}

function read(args: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: 'string', default: '4915112345678' }, name: { type: 'string', default: 'Ada' } },
  })
  return { from: values.from.replace(/\D/g, ''), name: values.name, texts: positionals }
}

async function write(demo: WhatsAppDemo, { from, name }: Wanted, text: string): Promise<void> {
  const { graphBaseUrl, phoneNumberId: to, endpointUrl } = demo.whatsapp
  const message = { type: 'text', text: { body: text } }
  const said = await call(graphBaseUrl, 'POST', `/_sim/customers/${from}/messages`, { message, to, name })
  const status = Number(said?.status)
  if (status >= 200 && status < 300) return
  throw new ParleyError('simulator.webhook-refused', `The webhook ${endpointUrl} answered ${status}.`)
}

/** Prints what the phone gets after a cursor, until nothing comes any more; answers with how many there were. */
async function printAnswers(base: string, from: string, start: string, print: (line: string) => void): Promise<number> {
  let after = start
  let answers = 0
  while (true) {
    const waitMs = String(answers === 0 ? FIRST_MS : NEXT_MS)
    const page = await call(base, 'GET', `/_sim/received?${new URLSearchParams({ customer: from, after, waitMs })}`)
    const messages = asList(page?.messages).map(asRecord)
    if (messages.length === 0) return answers
    for (const message of messages) print(`← ${describe(message)}`)
    answers += messages.length
    after = asText(page?.next) ?? after
  }
}

/** The words of a send, whatever its kind. */
function describe(received: Json | undefined): string {
  const message = asRecord(received?.message)
  const type = asText(message?.type) ?? 'message'
  const body = asRecord(message?.[type])
  const words = asText(body?.body) ?? asText(asRecord(body?.body)?.text) ?? asText(body?.caption) ?? asText(body?.name)
  return type === 'text' ? (words ?? '') : `[${type}] ${words ?? ''}`.trim()
}

async function call(base: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json | undefined> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await request(new URL(path, base), { method, ...sent }).catch((cause: unknown) => {
    const words = `No WhatsApp simulator answers at ${base}; is the demo running?`
    throw new ParleyError('simulator.unreachable', words, { cause })
  })
  const text = await answer.body.text()
  if (answer.statusCode < 400) return text === '' ? undefined : asRecord(JSON.parse(text))
  const words = `${method} ${path.split('?')[0]} answered ${answer.statusCode}; is ${base} a simulator?`
  throw new ParleyError('simulator.refused', words)
}
