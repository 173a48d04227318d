import type { ChannelDriver } from '@parley/core/testing/conformance'
import { SendGridVendor } from './vendor.ts'

const KEPT = 'SendGrid keeps no file to be fetched: files come with the mail, and are ours before it is answered'

export const sendgridDriver: ChannelDriver = {
  name: 'SendGrid',
  provider: 'sendgrid',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/sendgrid',
      settings: {
        apiBaseUrl: vendor instanceof SendGridVendor ? vendor.simulator.url : '',
        egress: { allow: ['127.0.0.0/8'] },
      },
    },
  ],
  notApplicable: {
    echo: 'SendGrid has no app of its own in which the business writes',
    picture: KEPT,
    expiredMedia: KEPT,
  },
  async start({ now }) {
    const vendor = new SendGridVendor(now)
    await vendor.simulator.listen()
    return vendor
  },
}
