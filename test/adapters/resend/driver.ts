import type { ChannelDriver } from '@parley/core/testing/conformance'
import { ResendVendor } from './vendor.ts'

const KEPT = 'a mail is fetched whole, and its files are ours before the message is shown'

export const resendDriver: ChannelDriver = {
  name: 'Resend',
  provider: 'resend',
  root: new URL('../../../', import.meta.url).pathname,
  fetchesLater: true,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/resend',
      settings: {
        apiBaseUrl: vendor instanceof ResendVendor ? vendor.simulator.url : '',
        egress: { allow: ['127.0.0.0/8'] },
      },
    },
  ],
  notApplicable: {
    echo: 'Resend has no app of its own in which the business writes',
    picture: KEPT,
    expiredMedia: KEPT,
  },
  async start({ now }) {
    const vendor = new ResendVendor(now)
    await vendor.simulator.listen()
    return vendor
  },
}
