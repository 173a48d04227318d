import {
  channel,
  channelMedia,
  channelProfiles,
  channelReceipts,
  clock,
  connections,
  definePlugin,
  objectStore,
  provide,
} from '@parley/core'
import { GraphClient } from '../meta/graph-client.ts'
import { MediaDownload } from '../meta/media-download.ts'
import { platformEvents } from '../meta/platform/events.ts'
import { platformMedia } from '../meta/platform/media.ts'
import { MESSENGER } from '../meta/platform/product.ts'
import { platformProfiles } from '../meta/platform/profiles.ts'
import { platformReceipts } from '../meta/platform/receipts.ts'
import { platformReceiver } from '../meta/platform/receive/receiver.ts'
import { tokenJob } from '../meta/platform/tokens/job.ts'
import { messengerParts } from './parts.ts'
import { messengerSettingsSchema } from './settings.ts'

/** Messenger through the Messenger Platform, for a Facebook page. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelProfiles, channelReceipts],
    publishes: platformEvents,
    settings: { app: messengerSettingsSchema },
  },
  deps: { clock, connections, store: objectStore },
  register({ clock, connections, store }, settings) {
    const graph = new GraphClient({ ...settings, baseUrl: settings.graphBaseUrl, version: settings.graphVersion })
    const download = new MediaDownload({ ...settings, origins: [settings.graphBaseUrl] })
    const { routeOf, value, lookAfter } = messengerParts({ graph, clock, store }, settings)
    const key = MESSENGER.channel
    return {
      webhook: platformReceiver(MESSENGER, { maxBytes: settings.maxWebhookBytes }),
      providers: [
        provide(channel, { key, value }),
        provide(channelMedia, { key, value: platformMedia({ routeOf, download, maxBytes: settings.maxMediaBytes }) }),
        provide(channelReceipts, { key, value: platformReceipts(routeOf) }),
        provide(channelProfiles, { key, value: platformProfiles(routeOf, 'first_name,last_name') }),
      ],
      jobs: [tokenJob({ provider: key, clock, connections, lookAfter })],
      async stop(signal) {
        await Promise.all([graph.close(signal), download.close()])
      },
    }
  },
})
