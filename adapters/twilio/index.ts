import {
  channel,
  channelMedia,
  channelMessageReceived,
  channelPreferenceChanged,
  channelStatusChanged,
  channelUnknownReceived,
  definePlugin,
  objectStore,
  provide,
} from '@parley/core'
import { twilioMedia } from './media.ts'
import { SMS } from './product.ts'
import { twilioReceiver } from './receive/receiver.ts'
import { twilioChannel } from './send/channel.ts'
import { MediaLinks } from './send/files.ts'
import { twilioSettingsSchema } from './settings.ts'
import { TwilioApi } from './wire/twilio-api.ts'

/** SMS and MMS through Twilio. Its WhatsApp is a plugin of its own, in `whatsapp/`. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia],
    publishes: [channelMessageReceived, channelStatusChanged, channelPreferenceChanged, channelUnknownReceived],
    settings: { app: twilioSettingsSchema },
  },
  deps: { store: objectStore },
  register({ store }, settings) {
    const { apiBaseUrl, publicUrl, maxMediaBytes: maxBytes } = settings
    const api = new TwilioApi(settings)
    const links = new MediaLinks(store, settings)
    const key = SMS.channel
    return {
      webhook: twilioReceiver(settings.maxWebhookBytes),
      providers: [
        provide(channel, { key, value: twilioChannel({ product: SMS, api, links, publicUrl }) }),
        provide(channelMedia, { key, value: twilioMedia(api, { apiBaseUrl, maxBytes }) }),
      ],
      stop: (signal) => api.wire.close(signal),
    }
  },
})
