import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import Joi from 'joi'
import { request } from 'undici'
import { asList, asRecord, type Json } from '../json.ts'

/** What `demo.json` says about a channel. */
export interface DemoAccount {
  readonly endpointUrl: string
  readonly appSecret: string
  readonly graphBaseUrl: string
  /** The account's id, under the channel's own name of it. */
  readonly [field: string]: string
}

/** How one channel's simulator is spoken to from outside. */
export interface SimulatedChannel {
  /** Key in `demo.json`. */
  readonly channel: string
  readonly title: string
  /** Which field of the demo and of the simulator names the account: `phoneNumberId`. */
  readonly accountField: string
  /** Who writes when nobody is named. */
  readonly from: string
  /** A customer's text as the simulator takes it. */
  message(text: string): Json
  /** The words of what the customer got. */
  describe(received: Json): string
}

/** How long a first answer may take, and how long others may follow it. */
const FIRST_MS = 20_000
const NEXT_MS = 500

interface Wanted {
  readonly from: string
  readonly name: string
  readonly texts: readonly string[]
}

export type Simulate = (args: readonly string[], demo: unknown, print?: (line: string) => void) => Promise<void>

/**
 * `parley simulate <channel> "text" … [-- --from 4915112345678 --name Ada]`: a customer who writes each text. The simulator
 * signs and posts the webhooks, and what the customer's screen gets back is printed. Throws when a webhook was refused.
 */
export function simulateOn(channel: SimulatedChannel): Simulate {
  return async (args, demo, print = console.log) => {
    const account = accountIn(channel, demo)
    const { endpointUrl, appSecret, graphBaseUrl } = account
    const wanted = read(channel, args)
    const named = { [channel.accountField]: account[channel.accountField] }
    await call(graphBaseUrl, 'POST', '/_sim/accounts', { ...named, callbackUrl: endpointUrl, appSecret })
    const start = await call(graphBaseUrl, 'GET', '/_sim/received')
    for (const text of wanted.texts) {
      await write(channel, account, wanted, text)
      print(`→ ${text}`)
    }
    const answers = await printAnswers(channel, graphBaseUrl, wanted.from, String(start?.next ?? 0), print)
    if (answers === 0) print(`(no answer within ${FIRST_MS / 1000} seconds)`)
  }
}

function accountIn({ channel, title, accountField }: SimulatedChannel, demo: unknown): DemoAccount {
  const account = Joi.object({
    endpointUrl: Joi.string().uri().required(),
    appSecret: Joi.string().required(),
    [accountField]: Joi.string().required(),
    graphBaseUrl: Joi.string().uri().required(),
  })
  const schema: Joi.ObjectSchema<Record<string, DemoAccount>> = Joi.object({
    [channel]: account.unknown(true).required(),
  })
  const { value, error } = schema.unknown(true).required().validate(demo)
  const found = error === undefined ? value[channel] : undefined
  if (found !== undefined) return found
  throw new ParleyError(
    `${channel}.no-demo`,
    `The demo's ${title} account cannot be found in demo.json: ${error?.message ?? 'it is empty'}.`,
  )
}

function read({ from }: SimulatedChannel, args: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: 'string', default: from }, name: { type: 'string', default: 'Ada' } },
  })
  return { from: values.from.replace(/\D/g, ''), name: values.name, texts: positionals }
}

async function write(
  channel: SimulatedChannel,
  account: DemoAccount,
  { from, name }: Wanted,
  text: string,
): Promise<void> {
  const { graphBaseUrl, endpointUrl } = account
  const body = { message: channel.message(text), to: account[channel.accountField], name }
  const said = await call(graphBaseUrl, 'POST', `/_sim/customers/${from}/messages`, body)
  const status = Number(said?.status)
  if (status >= 200 && status < 300) return
  throw new ParleyError('simulator.webhook-refused', `The webhook ${endpointUrl} answered ${status}.`)
}

/** Prints what the customer gets after a cursor, until nothing comes any more; answers with how many there were. */
async function printAnswers(
  channel: SimulatedChannel,
  base: string,
  from: string,
  start: string,
  print: (line: string) => void,
): Promise<number> {
  let after = start
  let answers = 0
  while (true) {
    const waitMs = String(answers === 0 ? FIRST_MS : NEXT_MS)
    const page = await call(base, 'GET', `/_sim/received?${new URLSearchParams({ customer: from, after, waitMs })}`)
    const messages = asList(page?.messages).map((message) => asRecord(message) ?? {})
    if (messages.length === 0) return answers
    for (const message of messages) print(`← ${channel.describe(message)}`)
    answers += messages.length
    after = String(page?.next ?? after)
  }
}

async function call(base: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json | undefined> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await request(new URL(path, base), { method, ...sent }).catch((cause: unknown) => {
    const words = `No simulator answers at ${base}; is the demo running?`
    throw new ParleyError('simulator.unreachable', words, { cause })
  })
  const text = await answer.body.text()
  if (answer.statusCode < 400) return text === '' ? undefined : asRecord(JSON.parse(text))
  const words = `${method} ${path.split('?')[0]} answered ${answer.statusCode}; is ${base} a simulator?`
  throw new ParleyError('simulator.refused', words)
}
