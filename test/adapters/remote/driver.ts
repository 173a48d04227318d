import type { ChannelDriver } from '@parley/core/testing/conformance'
import { APP_SECRET, RemoteVendor } from './vendor.ts'

export const remoteDriver: ChannelDriver = {
  name: 'Remote',
  provider: 'remote',
  root: new URL('../../../', import.meta.url).pathname,
  plugins: (vendor) => [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    { use: './adapters/remote', settings: settingsOf(vendor instanceof RemoteVendor ? vendor.remote.url : '') },
  ],
  async start({ now }) {
    const vendor = new RemoteVendor(now)
    await vendor.remote.listen()
    return vendor
  },
}

export function settingsOf(url: string) {
  return { url, secret: APP_SECRET, allowHttp: true, egress: { allow: ['127.0.0.1/32'] } }
}
