import {
  channel,
  channelMessageReceived,
  channelStatusChanged,
  clock,
  connections,
  database,
  definePlugin,
  eventTail,
  ingress,
  live,
  logger,
  objectStore,
  optional,
  provide,
  threadHistory,
  tokens,
} from '@parley/core'
import { loadAssets } from './assets.ts'
import { visitorAuthenticator } from './authenticator.ts'
import { Webchat } from './channel.ts'
import type { Context } from './context.ts'
import { Files } from './files.ts'
import { Hints } from './hints.ts'
import { liveTopic } from './live-topic.ts'
import { fileRoutes } from './routes/files.ts'
import { messageRoutes } from './routes/messages.ts'
import { pageRoutes } from './routes/pages.ts'
import { receiptRoute } from './routes/receipts.ts'
import { scriptRoutes } from './routes/scripts.ts'
import { sessionRoute } from './routes/session.ts'
import { Sessions } from './sessions.ts'
import { settingsSchema } from './settings.ts'
import { threadOf } from './thread.ts'
import { TokenBuckets } from './token-bucket.ts'

/** A channel of our own: a chat in the tenant's web site, which needs no account anywhere. */
export default definePlugin({
  manifest: {
    provides: [channel],
    publishes: [channelMessageReceived, channelStatusChanged],
    settings: { app: settingsSchema },
  },
  deps: {
    clock,
    connections,
    database,
    history: threadHistory,
    ingress,
    live,
    log: logger,
    store: optional(objectStore),
    tail: eventTail,
    tokens,
  },
  register(deps, settings) {
    const { clock, connections, database, history, ingress, live, log, store, tail, tokens } = deps
    const sessions = new Sessions({ tokens, clock, settings })
    const hints = new Hints({
      ...{ tail, live, log, max: settings.watchedThreads },
      threadOf: (visitor) => threadOf({ database, history }, visitor),
    })
    const files = store === undefined ? undefined : new Files({ store, tokens, settings })
    const buckets = new TokenBuckets(clock, settings.limits.buckets)
    const assets = loadAssets()
    const context: Context = {
      ...{ settings, clock, connections, database, history, ingress },
      ...{ sessions, buckets, assets, files },
    }
    return {
      providers: [provide(channel, { value: new Webchat(settings) })],
      authenticators: [visitorAuthenticator({ sessions, connections })],
      live: [liveTopic(hints)],
      routes: [
        ...pageRoutes(context),
        ...scriptRoutes(context),
        sessionRoute(context),
        ...messageRoutes(context),
        receiptRoute(context),
        ...fileRoutes(context),
      ],
      start: async () => hints.start(),
      stop: async () => hints.stop(),
    }
  },
})
