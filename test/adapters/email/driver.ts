import type { ChannelDriver } from '@parley/core/testing/conformance'
import { MailVendor } from './vendor.ts'

const NO_WEBHOOK = 'mail servers do not call us: we log in at the mailbox and read'

export const emailDriver: ChannelDriver = {
  name: 'Email',
  provider: 'email',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    { use: './adapters/email', settings: EMAIL_SETTINGS },
    {
      use: './test/adapters/email/postman',
      settings: { simulator: vendor instanceof MailVendor ? vendor.simulator.url : '' },
    },
  ],
  notApplicable: {
    unsigned: NO_WEBHOOK,
    tampered: NO_WEBHOOK,
    emptySecret: NO_WEBHOOK,
    brokenBody: NO_WEBHOOK,
  },
  async start({ now }) {
    const vendor = new MailVendor(now)
    await vendor.simulator.listen()
    return vendor
  },
}

/** For mail servers on this machine, looked at often. */
export const EMAIL_SETTINGS = {
  egress: { allow: ['127.0.0.0/8'] },
  allowPlain: true,
  pollMs: 150,
  backoffMs: 50,
  throttleMs: 2_000,
}
