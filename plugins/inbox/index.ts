import {
  channel,
  channelMedia,
  channelProfiles,
  channelReceipts,
  clock,
  connections,
  consents,
  contactDirectory,
  conversationChanged,
  database,
  definePlugin,
  eventTail,
  imageProcessor,
  jobs,
  live,
  logger,
  messageChanged,
  messageQueued,
  messageReceived,
  messageTemplates,
  messenger,
  objectStore,
  optional,
  provide,
  type TenantSettings,
  tenantSettings,
  threadHistory,
} from '@parley/core'
import { followMerges } from './handlers/follow-merges.ts'
import { recordInbound } from './handlers/record-inbound.ts'
import { threadHistory as history } from './history/thread-history.ts'
import { flagUnconfirmed } from './jobs/flag-unconfirmed.ts'
import { sweep } from './jobs/sweep.ts'
import { wakeSnoozed } from './jobs/wake-snoozed.ts'
import { HintPusher, inboxTopic } from './live/hints.ts'
import { attachmentPending } from './media/events.ts'
import { createMessenger } from './messenger/messenger.ts'
import { personalData } from './privacy/personal-data.ts'
import { KeywordCache } from './replying/keyword-cache.ts'
import { inboxRoutes } from './routes/index.ts'
import { appSettings, type InboxSettings } from './settings/app.ts'
import { type InboxTenantSettings, tenantSettingsSchema } from './settings/tenant.ts'
import { autoReply } from './streams/auto-reply.ts'
import { files } from './streams/files.ts'
import { profiles } from './streams/profiles.ts'
import { sender } from './streams/sender.ts'

export default definePlugin({
  manifest: {
    provides: [messenger, threadHistory],
    publishes: [messageReceived, messageQueued, messageChanged, conversationChanged, attachmentPending],
    permissions: [
      { key: 'inbox.read', summary: 'Read conversations.', roles: ['admin', 'agent', 'viewer'] },
      { key: 'inbox.write', summary: 'Answer, assign, label and resolve conversations.', roles: ['admin', 'agent'] },
    ],
    settings: { app: appSettings, tenant: tenantSettingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: {
    clock,
    connections,
    consents: optional(consents),
    contacts: contactDirectory,
    channels: channel,
    database,
    images: optional(imageProcessor),
    jobs,
    live,
    profiles: channelProfiles,
    log: logger,
    receipts: channelReceipts,
    sources: channelMedia,
    store: optional(objectStore),
    tail: eventTail,
    templates: optional(messageTemplates),
    tenantSettings,
  },
  register(deps, settings: InboxSettings) {
    const tenants = deps.tenantSettings as TenantSettings<InboxTenantSettings>
    const parts = { ...deps, settings, tenantSettings: tenants, keywords: new KeywordCache() }
    const port = createMessenger(parts)
    const { store, clock: time } = deps
    const { unconfirmedAfterMs } = settings
    const hints = new HintPusher(deps, settings.hintMs)
    return {
      providers: [provide(messenger, { value: port }), provide(threadHistory, { value: history })],
      routes: inboxRoutes({ ...parts, messenger: port }),
      handlers: [recordInbound(parts), followMerges(parts)],
      streams: [
        autoReply(parts),
        profiles(parts),
        sender({ ...parts, unconfirmedAfterMs }),
        ...(store === undefined ? [] : [files({ ...parts, store })]),
      ],
      jobs: [wakeSnoozed(time), flagUnconfirmed(time), sweep(parts)],
      live: [inboxTopic],
      personalData: personalData(deps),
      start: async () => hints.start(),
      stop: async () => hints.stop(),
    }
  },
})
