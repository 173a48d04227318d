import type { ChannelDriver } from '@parley/core/testing/conformance'
import { MESSENGER } from '../../../adapters/meta/platform/product.ts'
import { PlatformVendor } from '../meta/platform-vendor.ts'

const ACCOUNTS = {
  first: {
    simulated: { id: '660000000000001', name: 'Bakery', accessToken: 'EAAfirstTokenOfTheConformanceRun01' },
    settings: {},
  },
  second: {
    simulated: { id: '660000000000002', name: 'Butcher', accessToken: 'EAAsecondTokenOfTheConformanceRun2' },
    settings: {},
  },
}

export const messengerDriver: ChannelDriver = {
  name: 'Messenger',
  provider: 'messenger',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/messenger',
      settings: settingsOf(vendor instanceof PlatformVendor ? vendor.simulator.url : ''),
    },
  ],
  async start({ now }) {
    const vendor = new PlatformVendor(MESSENGER, ACCOUNTS, now)
    await vendor.simulator.listen()
    return vendor
  },
}

function settingsOf(graphBaseUrl: string) {
  return { graphBaseUrl }
}
