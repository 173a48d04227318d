import {
  channel,
  channelMedia,
  channelMessageEdited,
  channelMessageReceived,
  channelPreferenceChanged,
  channelReceipts,
  channelUnknownReceived,
  definePlugin,
  objectStore,
  provide,
} from '@parley/core'
import { BotApi } from './bot-api.ts'
import { telegramChannel } from './channel.ts'
import { telegramMedia } from './media.ts'
import { CHANNEL } from './person.ts'
import { telegramReceipts } from './receipts.ts'
import { telegramReceiver } from './receiver.ts'
import { settingsSchema } from './settings.ts'

/** Telegram bots. What people write comes by webhook, what they should read goes to the Bot API. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelReceipts],
    publishes: [channelMessageReceived, channelMessageEdited, channelPreferenceChanged, channelUnknownReceived],
    settings: { app: settingsSchema },
  },
  deps: { store: objectStore },
  register({ store }, settings) {
    const api = new BotApi(settings)
    return {
      webhook: telegramReceiver(settings),
      providers: [
        provide(channel, { key: CHANNEL, value: telegramChannel({ api, store }) }),
        provide(channelMedia, { key: CHANNEL, value: telegramMedia(api, settings) }),
        provide(channelReceipts, { key: CHANNEL, value: telegramReceipts(api) }),
      ],
    }
  },
})
