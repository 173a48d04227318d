import {
  channel,
  channelMessageReceived,
  channelStatusChanged,
  channelUnknownReceived,
  definePlugin,
  provide,
} from '@parley/core'
import { acmegramChannel } from './channel.ts'
import { ApiClient } from './client.ts'
import { CHANNEL } from './person.ts'
import { acmegramReceiver } from './receiver.ts'
import { settingsSchema } from './settings.ts'

/** Acmegram: what it says becomes events, and what it should say comes through the port `channel`. */
export default definePlugin({
  manifest: {
    provides: [channel],
    publishes: [channelMessageReceived, channelStatusChanged, channelUnknownReceived],
    settings: { app: settingsSchema },
  },
  deps: {},
  register(_, settings) {
    const client = new ApiClient(settings)
    return {
      webhook: acmegramReceiver(settings),
      providers: [provide(channel, { key: CHANNEL, value: acmegramChannel(client) })],
    }
  },
})
