import { clock, definePlugin, mailer, provide } from '@parley/core'
import { Outbox } from './outbox.ts'
import { outboxRoutes } from './routes.ts'
import { type OutboxSettings, outboxSettings } from './settings.ts'

/** Mail of the platform as files on this machine, until a service that sends it is configured. */
export default definePlugin({
  manifest: { provides: [mailer], settings: { app: outboxSettings } },
  deps: { clock },
  register({ clock }, { folder, keep, page }: OutboxSettings) {
    const outbox = new Outbox({ folder, keep, clock })
    return {
      providers: [provide(mailer, { value: outbox })],
      routes: page ? outboxRoutes(outbox) : [],
      start: () => outbox.open(),
    }
  },
})
