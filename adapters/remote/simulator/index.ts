import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { demoEntry, type Simulate, VendorConsole } from '@parley/core/testing/vendor'
import Joi from 'joi'

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

/**
 * `parley simulate remote "text" … [-- --from ada]`: a customer of the demo's remote, which tells Parley each text, and what
 * it was given to send them.
 */
const simulate: Simulate = async (args, demo, print = console.log) => {
  const remote = demoEntry<DemoRemote>('remote', demo, {
    url: Joi.string().uri().required(),
    account: Joi.string().required(),
  })
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { from: { type: 'string', default: 'ada' } },
  })
  const vendor = new VendorConsole(remote.url, print)
  const known = new Set((await receivedBy(vendor, values.from)).map(({ externalId }) => externalId))
  for (const text of positionals) {
    await tell(vendor, remote, values.from, text)
    print(`→ ${text}`)
  }
  if (!(await printAnswers(vendor, values.from, known, print)))
    print(`(no answer within ${(EVERY_MS * TIMES) / 1000} seconds)`)
}

export default simulate

async function tell(vendor: VendorConsole, { url, account }: DemoRemote, from: string, text: string): Promise<void> {
  const id = randomUUID()
  const event = {
    ...{ id, type: 'message.received', account, occurredAt: new Date().toISOString(), externalId: id },
    sender: { identities: [{ kind: 'remote', scope: '', value: from }], displayName: from },
    content: { kind: 'text', text },
  }
  const { status, body } = await vendor.call<{ status: number; body: object }>('POST', '/_sim/tell', {
    events: [event],
  })
  VendorConsole.taken('accepted' in body && body.accepted === 1 ? status : `${status} and took no event`, url)
}

/** Prints what is new until there is something. The remote is no part of Parley, so it has no list to wait at. */
async function printAnswers(
  vendor: VendorConsole,
  from: string,
  known: ReadonlySet<string>,
  print: (line: string) => void,
): Promise<boolean> {
  for (let time = 0; time < TIMES; time += 1) {
    const fresh = (await receivedBy(vendor, from)).filter(({ externalId }) => !known.has(externalId))
    for (const { content } of fresh) print(`← ${content.text ?? `[${content.kind}]`}`)
    if (fresh.length > 0) return true
    await wait(EVERY_MS)
  }
  return false
}

async function receivedBy(vendor: VendorConsole, from: string): Promise<readonly Received[]> {
  const { messages } = await vendor.call<{ messages: readonly Received[] }>('GET', '/_sim/received')
  return messages.filter(({ to }) => to === from)
}
