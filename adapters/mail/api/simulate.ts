import { parseArgs } from 'node:util'
import { demoEntry, type Simulate, VendorConsole } from '@parley/core/testing/vendor'
import Joi from 'joi'

/** What `demo.json` says about an address at a simulated vendor. */
interface DemoMailbox {
  readonly address: string
  readonly apiKey: string
  readonly apiBaseUrl: string
}

/**
 * `parley simulate sendgrid "text" … [-- --from ada@example.org --subject Hello]`: a customer who writes a mail with each text.
 * The simulator signs and posts, and the mails that come back are printed.
 */
export function simulateMail(channel: string): Simulate {
  return async (args, demo, print = console.log) => {
    const { address, apiKey, apiBaseUrl } = demoEntry<DemoMailbox>(channel, demo, {
      address: Joi.string().required(),
      apiKey: Joi.string().required(),
      apiBaseUrl: Joi.string().uri().required(),
    })
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string', default: 'ada@customers.example' },
        subject: { type: 'string', default: 'A question' },
      },
    })
    const { from, subject } = values
    const vendor = new VendorConsole(apiBaseUrl, print)
    const start = await vendor.end()
    for (const text of positionals) {
      await vendor.call('POST', '/_sim/mails', { apiKey, from, to: address, subject, text })
      print(`→ ${subject}: ${text}`)
    }
    await vendor.printAnswers<{ subject: string; text: string }>(from, start, (mail) => `${mail.subject}: ${mail.text}`)
  }
}
