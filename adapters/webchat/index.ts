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
import { fileRoutes } from './routes/files.ts'
import { messageRoutes } from './routes/messages.ts'
import { pageRoutes } from './routes/pages.ts'
import { receiptRoute } from './routes/receipts.ts'
import { scriptRoutes } from './routes/scripts.ts'
import { sessionRoute } from './routes/session.ts'
import { Sessions } from './sessions.ts'
import { settingsSchema } from './settings.ts'
import { TokenBuckets } from './token-bucket.ts'
import { livePath } from './visitor.ts'

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
    store: optional(objectStore),
    tail: eventTail,
    tokens,
  },
  register(deps, settings) {
    const { clock, connections, database, history, ingress, live, store, tail, tokens } = deps
    const sessions = new Sessions({ tokens, clock, settings })
    const hints = new Hints({ tail, live, watchedThreads: settings.watchedThreads })
    const files = store === undefined ? undefined : new Files({ store, tokens, settings })
    const buckets = new TokenBuckets(clock, settings.limits.buckets)
    const assets = loadAssets()
    const context: Context = {
      ...{ settings, clock, connections, database, history, ingress },
      ...{ sessions, hints, buckets, assets, files },
    }
    return {
      providers: [
        provide(channel, { value: new Webchat(settings, (connectionId, to) => hints.wake(connectionId, to)) }),
      ],
      authenticators: [visitorAuthenticator({ sessions, connections })],
      live: [
        {
          path: livePath('{participantId}'),
          access: { scheme: 'visitor' },
          authorize: async ({ participantId }, actor) => actor.kind === 'visitor' && actor.id === participantId,
        },
      ],
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
