import { parseArgs } from 'node:util'
import { demoEntry, type Simulate, VendorConsole } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { Json } from '../json.ts'

/** How one channel's simulator is spoken to from outside. */
export interface SimulatedChannel {
  /** Key in `demo.json`. */
  readonly channel: string
  /** Which field of the demo and of the simulator names the account: `phoneNumberId`. */
  readonly accountField: string
  /** Who writes when nobody is named. */
  readonly from: string
  /** A customer's text as the simulator takes it. */
  message(text: string): Json
  /** The words of what the customer got. */
  describe(received: Json): string
}

/**
 * `parley simulate <channel> "text" … [-- --from 4915112345678 --name Ada]`: a customer who writes each text. The simulator
 * signs and posts the webhooks, and what the customer's screen gets back is printed. Throws when a webhook was refused.
 */
export function simulateOn({ channel, accountField, from: usual, message, describe }: SimulatedChannel): Simulate {
  return async (args, demo, print = console.log) => {
    const { endpointUrl, appSecret, graphBaseUrl, ...entry } = demoEntry<Readonly<Record<string, string>>>(
      channel,
      demo,
      {
        ...{ endpointUrl: Joi.string().uri().required(), appSecret: Joi.string().required() },
        ...{ [accountField]: Joi.string().required(), graphBaseUrl: Joi.string().uri().required() },
      },
    )
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { from: { type: 'string', default: usual }, name: { type: 'string', default: 'Ada' } },
    })
    const from = values.from.replace(/\D/g, '')
    const vendor = new VendorConsole(graphBaseUrl ?? '', print)
    const account = entry[accountField]
    await vendor.call('POST', '/_sim/accounts', { [accountField]: account, callbackUrl: endpointUrl, appSecret })
    const start = await vendor.end()
    for (const text of positionals) {
      const said = { message: message(text), to: account, name: values.name }
      const { status } = await vendor.call<Json>('POST', `/_sim/customers/${from}/messages`, said)
      VendorConsole.taken(status, endpointUrl ?? '')
      print(`→ ${text}`)
    }
    await vendor.printAnswers(from, start, describe)
  }
}
