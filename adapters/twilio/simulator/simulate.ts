import { parseArgs } from 'node:util'
import { demoEntry, type Simulate, VendorConsole } from '@parley/core/testing/vendor'
import Joi from 'joi'
import type { TwilioChannel } from '../product.ts'

/** What `demo.json` says about a channel of Twilio's. */
interface DemoSender {
  readonly endpointUrl: string
  /** The sender's address: `+15005550006`, `whatsapp:+15005550006`. */
  readonly id: string
  readonly apiBaseUrl: string
}

/**
 * `parley simulate twilio "text" … [-- --from +4915112345678 --name Ada]`: a customer who writes each text. The simulator signs
 * and posts the webhooks, and what the customer's phone gets back is printed. Throws when a webhook was refused.
 */
export function simulateTwilio(channel: TwilioChannel): Simulate {
  return async (args, demo, print = console.log) => {
    const sender = demoEntry<DemoSender>(channel, demo, {
      endpointUrl: Joi.string().uri().required(),
      id: Joi.string().required(),
      apiBaseUrl: Joi.string().uri().required(),
    })
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { from: { type: 'string', default: '+4915112345678' }, name: { type: 'string', default: 'Ada' } },
    })
    const from = `+${values.from.replace(/\D/g, '')}`
    const vendor = new VendorConsole(sender.apiBaseUrl, print)
    const start = await vendor.end()
    for (const text of positionals) {
      const said = { text, to: sender.id, name: values.name }
      const path = `/_sim/customers/${encodeURIComponent(from)}/messages`
      const { status } = await vendor.call<{ status: number }>('POST', path, said)
      VendorConsole.taken(status, sender.endpointUrl)
      print(`→ ${text}`)
    }
    const phone = sender.id.startsWith('whatsapp:') ? `whatsapp:${from}` : from
    await vendor.printAnswers<{ body?: string }>(phone, start, ({ body }) => body || '[file]')
  }
}
