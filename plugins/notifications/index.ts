import {
  clock,
  database,
  definePlugin,
  eventTail,
  jobs,
  live,
  logger,
  mailer,
  memberDirectory,
  notificationCreated,
  notificationRequested,
  optional,
  tenantRegistry,
} from '@parley/core'
import type { Parts } from './context.ts'
import { mailboxChanged } from './events.ts'
import { notify } from './handlers/notify.ts'
import { sendMail } from './jobs/send-mail.ts'
import { sweep } from './jobs/sweep.ts'
import { MailboxPusher, mailboxTopic } from './live/pusher.ts'
import { personalData } from './privacy/personal-data.ts'
import { readChanges } from './routes/changes.ts'
import { listNotifications, unreadCount } from './routes/list.ts'
import { getPreferences, putPreferences } from './routes/preferences.ts'
import { deleteNotification, markAllRead, markRead } from './routes/read-state.ts'
import { type NotificationsSettings, settingsSchema } from './settings.ts'

/** Tells the people of a tenant what they should know: in the console, by mail, by webhook, as each of them wants it. */
export default definePlugin({
  manifest: {
    publishes: [mailboxChanged, notificationCreated, notificationRequested],
    permissions: [
      { key: 'notifications.use', summary: "Have notifications of one's own.", roles: ['admin', 'agent', 'viewer'] },
    ],
    settings: { app: settingsSchema },
    migrations: new URL('./migrations/', import.meta.url),
  },
  deps: {
    clock,
    database,
    jobs,
    live,
    log: logger,
    mailer: optional(mailer),
    members: optional(memberDirectory),
    tail: eventTail,
    tenants: tenantRegistry,
  },
  register({ live: publisher, tail, ...deps }, settings: NotificationsSettings) {
    const parts: Parts = { ...deps, settings }
    const pusher = new MailboxPusher({ tail, live: publisher, log: deps.log })
    return {
      personalData,
      routes: [
        listNotifications(parts),
        unreadCount(parts),
        readChanges(parts),
        markRead(parts),
        markAllRead(parts),
        deleteNotification(parts),
        getPreferences(parts),
        putPreferences(parts),
      ],
      handlers: [notify(parts)],
      jobs: [sendMail(parts), sweep(parts)],
      live: [mailboxTopic],
      start: async () => pusher.start(),
      stop: async () => pusher.stop(),
    }
  },
})
