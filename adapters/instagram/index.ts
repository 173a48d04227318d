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
import { INSTAGRAM } from '../meta/platform/product.ts'
import { platformProfiles } from '../meta/platform/profiles.ts'
import { platformReceipts } from '../meta/platform/receipts.ts'
import { platformReceiver } from '../meta/platform/receive/receiver.ts'
import { tokenJob } from '../meta/platform/tokens/job.ts'
import { instagramParts } from './parts.ts'
import { instagramSettingsSchema } from './settings.ts'

/** Instagram's direct messages through the Messenger Platform, for a professional account with either login. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelProfiles, channelReceipts],
    publishes: platformEvents,
    settings: { app: instagramSettingsSchema },
  },
  deps: { clock, connections, store: objectStore },
  register({ clock, connections, store }, settings) {
    const version = settings.graphVersion
    const facebook = new GraphClient({ ...settings, baseUrl: settings.graphBaseUrl, version })
    const instagram = new GraphClient({ ...settings, baseUrl: settings.instagramBaseUrl, version })
    const download = new MediaDownload({ ...settings, origins: [settings.graphBaseUrl, settings.instagramBaseUrl] })
    const { routeOf, value, lookAfter } = instagramParts({ graphs: { facebook, instagram }, clock, store }, settings)
    const key = INSTAGRAM.channel
    return {
      // Signed by the Facebook app or by the Instagram app behind it, as the account was connected.
      webhook: platformReceiver(INSTAGRAM, {
        maxBytes: settings.maxWebhookBytes,
        otherSecrets: ['instagramAppSecret'],
      }),
      providers: [
        provide(channel, { key, value }),
        provide(channelMedia, { key, value: platformMedia({ routeOf, download, maxBytes: settings.maxMediaBytes }) }),
        provide(channelReceipts, { key, value: platformReceipts(routeOf) }),
        provide(channelProfiles, { key, value: platformProfiles(routeOf, 'name,username') }),
      ],
      jobs: [tokenJob({ provider: key, clock, connections, lookAfter })],
      async stop(signal) {
        await Promise.all([facebook.close(signal), instagram.close(signal), download.close()])
      },
    }
  },
})
