import type { ChannelDriver } from '@parley/core/testing/conformance'
import type { TwilioChannel } from '../../../adapters/twilio/product.ts'
import { PUBLIC_URL, TwilioVendor } from './vendor.ts'

/** Where each channel's plugin lies. */
export const FOLDERS: Readonly<Record<TwilioChannel, string>> = {
  twilio: './adapters/twilio',
  'twilio-whatsapp': './adapters/twilio/whatsapp',
}

export function twilioDriver(provider: TwilioChannel, name: string): ChannelDriver {
  return {
    name,
    provider,
    root: new URL('../../../', import.meta.url).pathname,
    notApplicable: { echo: 'Twilio does not tell what was sent by other programs of the account' },
    plugins: (vendor) => [
      { use: './adapters/local-files' },
      { use: './plugins/contacts' },
      { use: './plugins/inbox' },
      {
        use: FOLDERS[provider],
        settings: {
          publicUrl: PUBLIC_URL,
          ...(vendor instanceof TwilioVendor ? { apiBaseUrl: vendor.simulator.url } : {}),
        },
      },
    ],
    async start({ now }) {
      const vendor = new TwilioVendor(provider, now)
      await vendor.simulator.listen()
      return vendor
    },
  }
}
