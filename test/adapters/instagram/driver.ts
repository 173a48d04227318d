import type { ChannelDriver } from '@parley/core/testing/conformance'
import { INSTAGRAM } from '../../../adapters/meta/platform/product.ts'
import { PlatformVendor } from '../meta/platform-vendor.ts'

/** One account with each login. */
const ACCOUNTS = {
  first: {
    simulated: {
      id: '17841400000000001',
      name: 'Bakery',
      username: 'bakery',
      login: 'instagram',
      accessToken: 'IGAAfirstTokenOfTheConformanceRun1',
    },
    settings: { login: 'instagram' },
  },
  second: {
    simulated: {
      id: '17841400000000002',
      name: 'Butcher',
      username: 'butcher',
      login: 'facebook',
      pageId: '660000000000002',
      accessToken: 'EAAsecondTokenOfTheConformanceRun2',
    },
    settings: { login: 'facebook', pageId: '660000000000002' },
  },
} as const

export const instagramDriver: ChannelDriver = {
  name: 'Instagram',
  provider: 'instagram',
  root: new URL('../../../', import.meta.url).pathname,
  notApplicable: {
    settlesUnknown:
      "Instagram hands nothing of ours back, neither in the echo nor in 'seen'; a person decides about it",
  },
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/instagram',
      settings: settingsOf(vendor instanceof PlatformVendor ? vendor.simulator.url : ''),
    },
  ],
  async start({ now }) {
    const vendor = new PlatformVendor(INSTAGRAM, ACCOUNTS, now)
    await vendor.simulator.listen()
    return vendor
  },
}

function settingsOf(url: string) {
  return { graphBaseUrl: url, instagramBaseUrl: url }
}
