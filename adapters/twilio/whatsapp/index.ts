import {
  channel,
  channelMedia,
  channelMessageReceived,
  channelPreferenceChanged,
  channelReceipts,
  channelStatusChanged,
  channelTemplates,
  channelUnknownReceived,
  definePlugin,
  objectStore,
  provide,
} from '@parley/core'
import { twilioMedia } from '../media.ts'
import { TWILIO_WHATSAPP } from '../product.ts'
import { twilioReceiver } from '../receive/receiver.ts'
import { twilioChannel } from '../send/channel.ts'
import { MediaLinks } from '../send/files.ts'
import { twilioSettingsSchema } from '../settings.ts'
import { TwilioApi } from '../wire/twilio-api.ts'
import { twilioReceipts } from './receipts.ts'
import { twilioTemplates } from './templates.ts'

/** WhatsApp through Twilio: a second provider beside Meta's own API. Which one a conversation has is its connection's. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelReceipts, channelTemplates],
    publishes: [channelMessageReceived, channelStatusChanged, channelPreferenceChanged, channelUnknownReceived],
    settings: { app: twilioSettingsSchema },
  },
  deps: { store: objectStore },
  register({ store }, settings) {
    const { apiBaseUrl, publicUrl, maxMediaBytes: maxBytes } = settings
    const api = new TwilioApi(settings)
    const links = new MediaLinks(store, settings)
    const key = TWILIO_WHATSAPP.channel
    return {
      webhook: twilioReceiver(settings.maxWebhookBytes),
      providers: [
        provide(channel, { key, value: twilioChannel({ product: TWILIO_WHATSAPP, api, links, publicUrl }) }),
        provide(channelMedia, { key, value: twilioMedia(api, { apiBaseUrl, maxBytes }) }),
        provide(channelReceipts, { key, value: twilioReceipts(api) }),
        provide(channelTemplates, { key, value: twilioTemplates(api, settings) }),
      ],
      stop: (signal) => api.wire.close(signal),
    }
  },
})
