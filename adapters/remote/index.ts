import {
  channel,
  channelMedia,
  channelReceipts,
  channelTemplates,
  clock,
  connections,
  definePlugin,
  logger,
  objectStore,
  provide,
  tokens,
} from '@parley/core'
import { remoteChannel } from './channel/channel.ts'
import { FileLinks } from './channel/files.ts'
import { remoteMedia } from './channel/media.ts'
import { remoteReceipts } from './channel/receipts.ts'
import { remoteTemplates } from './channel/templates.ts'
import { Uploads } from './channel/uploads.ts'
import { EVENT_TYPES } from './receive/event-types.ts'
import { remoteReceiver } from './receive/receiver.ts'
import { documentRoute } from './routes/document.ts'
import { uploadRoute } from './routes/upload.ts'
import { remoteSettingsSchema } from './settings.ts'
import { RemoteClient } from './wire/client.ts'
import { RegisteredRemote } from './wire/registered.ts'

/** A channel that lives in another process, language or company: every call to it and from it is signed HTTP. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelReceipts, channelTemplates],
    publishes: Object.values(EVENT_TYPES),
    settings: { app: remoteSettingsSchema },
  },
  deps: { clock, connections, log: logger, store: objectStore, tokens },
  register({ clock, connections, log, store, tokens }, settings) {
    const client = new RemoteClient(clock, settings)
    const remote = new RegisteredRemote(client, settings, log)
    const files = new FileLinks(store, settings)
    const uploads = new Uploads({ store, tokens }, settings)
    const parts = { client, remote, files, uploads, settings }
    return {
      webhook: remoteReceiver(clock, settings),
      providers: [
        provide(channel, { value: remoteChannel(parts) }),
        provide(channelMedia, { value: remoteMedia(parts) }),
        provide(channelReceipts, { value: remoteReceipts(parts) }),
        provide(channelTemplates, { value: remoteTemplates(parts) }),
      ],
      routes: [documentRoute(settings.as), uploadRoute({ clock, connections, uploads }, settings)],
      start: async () => remote.start(),
      stop: () => remote.stop(),
      health: async () => remote.health(),
    }
  },
})
