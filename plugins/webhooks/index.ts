import { audit, clock, database, definePlugin, Egress, jobs, logger, sealer, webhookDisabled } from '@parley/core'
import type { Parts } from './context.ts'
import { deliveryQueued } from './events.ts'
import { fanOut } from './handlers/fan-out.ts'
import { forget } from './jobs/forget.ts'
import { replay } from './jobs/replay.ts'
import { wake } from './jobs/wake.ts'
import { personalData } from './privacy/personal-data.ts'
import { webhookRoutes } from './routes/index.ts'
import { settingsSchema, type WebhooksSettings } from './settings.ts'
import { deliveries } from './streams/deliveries.ts'

/** Tells partners' servers what happened: signed, repeated until it is taken, and kept for a while. */
export default definePlugin({
  manifest: {
    publishes: [deliveryQueued, webhookDisabled],
    permissions: [
      { key: 'webhooks.read', summary: 'See outgoing webhooks and what was sent.' },
      { key: 'webhooks.write', summary: 'Make, change, test and replay outgoing webhooks.' },
      { key: 'webhooks.personal', summary: 'Have names, texts and other personal fields sent by webhook.' },
    ],
    sealed: ['secret', 'old_secret'].map((column) => ({
      ...{ table: 'webhooks.subscription', column, purpose: 'subscription.secret' },
    })),
    settings: { app: settingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: { audit, clock, database, jobs, log: logger, sealer },
  register(deps, settings: WebhooksSettings) {
    const parts: Parts = { ...deps, settings, egress: new Egress(settings.egress) }
    return {
      routes: webhookRoutes(parts),
      handlers: [fanOut(parts.clock)],
      streams: [deliveries(parts)],
      personalData,
      jobs: [wake(parts), replay(parts), forget(parts)],
    }
  },
})
