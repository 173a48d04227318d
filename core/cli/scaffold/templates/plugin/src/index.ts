import { channelMessageReceived, database, definePlugin } from '@parley/core'
import { countMessages } from './count-messages.ts'
import { showCounts } from './show-counts.ts'

/** Acmegram: counts what customers write, by channel. */
export default definePlugin({
  manifest: {
    permissions: [{ key: 'acmegram.read', summary: 'See how much customers write.', roles: ['admin', 'agent'] }],
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: { database },
  register: (deps) => ({
    handlers: [{ id: 'count-messages', on: [channelMessageReceived], handle: countMessages }],
    routes: [showCounts(deps.database)],
  }),
})
