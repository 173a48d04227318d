import {
  channel,
  channelAccountChanged,
  channelMedia,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelReceipts,
  channelStatusChanged,
  channelTemplates,
  channelUnknownReceived,
  clock,
  definePlugin,
  objectStore,
  provide,
} from '@parley/core'
import { GraphClient } from '../meta/graph-client.ts'
import { MediaDownload } from '../meta/media-download.ts'
import { whatsappMedia } from './media.ts'
import { whatsappReceipts } from './receipts.ts'
import { CHANNEL } from './receive/place.ts'
import { whatsappReceiver } from './receive/receiver.ts'
import { whatsappChannel } from './send/channel.ts'
import { Pacing } from './send/pacing.ts'
import { MediaUploads } from './send/upload.ts'
import { whatsappSettingsSchema } from './settings.ts'
import { whatsappTemplates } from './templates.ts'

/** WhatsApp through Meta's Cloud API. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelReceipts, channelTemplates],
    publishes: [
      channelMessageReceived,
      channelMessageEchoed,
      channelMessageEdited,
      channelMessageRevoked,
      channelStatusChanged,
      channelPreferenceChanged,
      channelAccountChanged,
      channelUnknownReceived,
    ],
    settings: { app: whatsappSettingsSchema },
  },
  deps: { clock, store: objectStore },
  register({ clock, store }, settings) {
    const graph = new GraphClient({ ...settings, baseUrl: settings.graphBaseUrl, version: settings.graphVersion })
    const download = new MediaDownload({ ...settings, origins: [settings.graphBaseUrl] })
    const uploads = new MediaUploads({ graph, store, clock }, settings)
    const pacing = new Pacing(clock, settings)
    const key = CHANNEL
    return {
      webhook: whatsappReceiver(settings.maxWebhookBytes),
      providers: [
        provide(channel, { key, value: whatsappChannel({ graph, pacing, uploads }) }),
        provide(channelMedia, { key, value: whatsappMedia({ graph, download, maxBytes: settings.maxMediaBytes }) }),
        provide(channelReceipts, { key, value: whatsappReceipts(graph) }),
        provide(channelTemplates, { key, value: whatsappTemplates(graph, settings) }),
      ],
      async stop(signal) {
        await Promise.all([graph.close(signal), download.close()])
      },
    }
  },
})
