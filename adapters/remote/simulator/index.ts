import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ParleyError } from '@parley/core'
import Joi from 'joi'
import { request } from 'undici'

/** What `demo.json` says about the remote of the demo. */
interface DemoRemote {
  /** Where the remote is, control calls and all. */
  readonly url: string
  readonly account: string
}

interface Received {
  readonly externalId: string
  readonly to: string
  readonly content: { readonly kind: string; readonly text?: string }
}

/** How long to wait for an answer: asks this often, this many times. */
const EVERY_MS = 200
const TIMES = 100

const demoSchema: Joi.ObjectSchema<{ readonly remote: DemoRemote }> = Joi.object({
  remote: Joi.object({ url: Joi.string().uri().required(), account: Joi.string().required() }).unknown(true).required(),
}).unknown(true)

/**
 * `parley simulate remote "text" … [-- --from ada]`: a customer of the demo's remote, which tells Parley each text, and what
 * it was given to send them.
 */
export default async function simulate(
  args: readonly string[],
  demo: unknown,
  print: (line: string) => void = console.log,
): Promise<void> {
  const { value, error } = demoSchema.required().validate(demo)
  if (error !== undefined)
    throw new ParleyError('remote.no-demo', `The demo's remote cannot be found in demo.json: ${error.message}.`)
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: 'string', default: 'ada' } },
  })
  const { remote } = value
  const known = new Set((await receivedBy(remote, values.from)).map(({ externalId }) => externalId))
  for (const text of positionals) {
    await tell(remote, values.from, text)
    print(`→ ${text}`)
  }
  if (!(await printAnswers(remote, values.from, known, print)))
    print(`(no answer within ${(EVERY_MS * TIMES) / 1000} seconds)`)
}

async function tell(remote: DemoRemote, from: string, text: string): Promise<void> {
  const id = randomUUID()
  const event = {
    ...{ id, type: 'message.received', account: remote.account, occurredAt: new Date().toISOString(), externalId: id },
    sender: { identities: [{ kind: 'remote', scope: '', value: from }], displayName: from },
    content: { kind: 'text', text },
  }
  const answer = (await call(remote, 'POST', '/_sim/tell', { events: [event] })) as { status: number; body: object }
  if (answer.status !== 200 || !('accepted' in answer.body) || answer.body.accepted !== 1)
    throw new ParleyError('simulator.webhook-refused', `Parley answered ${answer.status} to the event of a customer.`)
}

/** Prints what is new until there is something. */
async function printAnswers(
  remote: DemoRemote,
  from: string,
  known: ReadonlySet<string>,
  print: (line: string) => void,
): Promise<boolean> {
  for (let time = 0; time < TIMES; time += 1) {
    const fresh = (await receivedBy(remote, from)).filter(({ externalId }) => !known.has(externalId))
    for (const { content } of fresh) print(`← ${content.text ?? `[${content.kind}]`}`)
    if (fresh.length > 0) return true
    await wait(EVERY_MS)
  }
  return false
}

async function receivedBy(remote: DemoRemote, from: string): Promise<readonly Received[]> {
  const { messages } = (await call(remote, 'GET', '/_sim/received')) as { messages: readonly Received[] }
  return messages.filter(({ to }) => to === from)
}

async function call({ url }: DemoRemote, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await request(new URL(path, url), { method, ...sent }).catch((cause: unknown) => {
    throw new ParleyError('simulator.unreachable', `No remote answers at ${url}; is the demo running?`, { cause })
  })
  const text = await answer.body.text()
  if (answer.statusCode === 200) return JSON.parse(text)
  throw new ParleyError('simulator.refused', `${path} answered ${answer.statusCode}; is ${url} the demo's remote?`)
}
