import {
  audit,
  channelTemplates,
  clock,
  connections,
  database,
  definePlugin,
  messageTemplates,
  provide,
  templateChanged,
  templateUsed,
} from '@parley/core'
import { countUsesHandler } from './handlers/count-uses.ts'
import { followConnections } from './handlers/follow-connections.ts'
import { followNews } from './handlers/follow-news.ts'
import { syncDue } from './jobs/sync-due.ts'
import { permissions } from './permissions.ts'
import { createMessageTemplates } from './port/message-templates.ts'
import { TemplateReader } from './port/template-reader.ts'
import { Renderer } from './rendering/renderer.ts'
import { templateRoutes } from './routes/index.ts'
import { settingsSchema, type TemplatesSettings } from './settings.ts'
import { syncRequested } from './sync/events.ts'
import { syncStream } from './sync/sync-stream.ts'

/** Texts that are written once and sent many times: email and SMS templates of our own, channels' templates as copies. */
export default definePlugin({
  manifest: {
    provides: [messageTemplates],
    publishes: [templateChanged, templateUsed, syncRequested],
    permissions,
    settings: { app: settingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: { audit, clock, connections, database, vendors: channelTemplates },
  register(deps, settings: TemplatesSettings) {
    const renderer = new Renderer(settings)
    const reader = new TemplateReader({ ...deps, settings })
    const parts = { ...deps, settings, renderer, reader }
    return {
      providers: [provide(messageTemplates, { value: createMessageTemplates(parts) })],
      routes: templateRoutes(parts),
      handlers: [followNews(parts), followConnections(parts), countUsesHandler()],
      streams: [syncStream(parts)],
      jobs: [syncDue(parts)],
    }
  },
})
