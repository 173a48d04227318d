import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import Joi from 'joi'

/** What `demo.json` says about an address at a simulated vendor. */
interface DemoMailbox {
  readonly address: string
  readonly apiKey: string
  readonly apiBaseUrl: string
}

interface Mail {
  readonly subject: string
  readonly text: string
}

/** How long a first answer may take, how long others may follow it, and how often is looked. */
const FIRST_MS = 20_000
const NEXT_MS = 1_000
const LOOK_MS = 200

export type Simulate = (args: readonly string[], demo: unknown, print?: (line: string) => void) => Promise<void>

/**
 * `parley simulate sendgrid "text" … [-- --from ada@example.org --subject Hello]`: a customer who writes a mail with each text.
 * The simulator signs and posts, and the mails that come back are printed.
 */
export function simulateMail(channel: string): Simulate {
  return async (args, demo, print = console.log) => {
    const { address, apiKey, apiBaseUrl } = mailboxIn(channel, demo)
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string', default: 'ada@customers.example' },
        subject: { type: 'string', default: 'A question' },
      },
    })
    const { from, subject } = values
    const before = (await received(apiBaseUrl, from)).length
    for (const text of positionals) {
      await call(apiBaseUrl, '/_sim/mails', { apiKey, from, to: address, subject, text })
      print(`→ ${subject}: ${text}`)
    }
    const answers = await printAnswers(apiBaseUrl, from, before, print)
    if (answers === 0) print(`(no answer within ${FIRST_MS / 1000} seconds)`)
  }
}

function mailboxIn(channel: string, demo: unknown): DemoMailbox {
  const mailbox = Joi.object({
    address: Joi.string().required(),
    apiKey: Joi.string().required(),
    apiBaseUrl: Joi.string().uri().required(),
  })
  const schema: Joi.ObjectSchema<Record<string, DemoMailbox>> = Joi.object({
    [channel]: mailbox.unknown(true).required(),
  })
  const { value, error } = schema.unknown(true).required().validate(demo)
  const found = error === undefined ? value[channel] : undefined
  if (found !== undefined) return found
  const words = `The demo's address at ${channel} cannot be found in demo.json: ${error?.message ?? 'it is empty'}.`
  throw new ParleyError(`${channel}.no-demo`, words)
}

/** Prints what came after `before`, until nothing comes any more; answers with how many there were. */
async function printAnswers(base: string, from: string, before: number, print: (line: string) => void) {
  let seen = before
  let patience = FIRST_MS
  for (let waited = 0; waited < patience; waited += LOOK_MS) {
    const mails = await received(base, from)
    for (const { subject, text } of mails.slice(seen)) print(`← ${subject}: ${text}`)
    if (mails.length > seen) {
      waited = 0
      patience = NEXT_MS
    }
    seen = mails.length
    await sleep(LOOK_MS)
  }
  return seen - before
}

async function received(base: string, from: string): Promise<readonly Mail[]> {
  const { mails } = await call<{ mails: readonly Mail[] }>(base, `/_sim/received?${new URLSearchParams({ to: from })}`)
  return mails
}

async function call<T>(base: string, path: string, body?: object): Promise<T> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(new URL(path, base), sent).catch((cause: unknown) => {
    throw new ParleyError('simulator.unreachable', `No simulator answers at ${base}; is the demo running?`, { cause })
  })
  const text = await answer.text()
  if (answer.ok) return (text === '' ? {} : JSON.parse(text)) as T
  throw new ParleyError('simulator.refused', `${path.split('?')[0]} answered ${answer.status}; is ${base} a simulator?`)
}
