import {
  channel,
  channelMedia,
  channelMessageEchoed,
  channelMessageReceived,
  channelStatusChanged,
  channelUnknownReceived,
  clock,
  connections,
  database,
  definePlugin,
  Egress,
  ingress,
  logger,
  newId,
  objectStore,
  optional,
  provide,
  threadHistory,
} from '@parley/core'
import { AccessTokens } from './account/access-tokens.ts'
import { capabilities } from './capabilities.ts'
import { emailMedia } from './media.ts'
import { MailboxStates } from './receive/mailbox-state.ts'
import { Mailboxes, mailboxJob } from './receive/mailboxes.ts'
import { emailChannel } from './send/channel.ts'
import { type EmailSettings, emailSettings } from './settings.ts'
import { testMailbox } from './test-mailbox.ts'

/** Mail through a mailbox of the tenant's own: SMTP out, IMAP in. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia],
    publishes: [channelMessageReceived, channelMessageEchoed, channelStatusChanged, channelUnknownReceived],
    settings: { app: emailSettings },
  },
  deps: {
    clock,
    connections,
    database,
    history: optional(threadHistory),
    ingress,
    log: logger,
    store: optional(objectStore),
  },
  register({ clock, connections, database, history, ingress, log, store }, settings: EmailSettings) {
    const egress = new Egress(settings.egress)
    const tokens = new AccessTokens({ egress, clock, database, connections, urls: settings.tokenUrls })
    const states = new MailboxStates({ connections, database, clock, owner: newId(), leaseMs: settings.leaseMs })
    const threads = { database, history }
    const shared = { egress, tokens, settings, threads, connections, database, clock, log, ingress, states }
    const mailboxes = new Mailboxes(shared)
    const files = { store, egress, maxBytes: settings.maxAttachmentBytes }
    const sending = { ...shared, files, capabilities: capabilities(settings.maxAttachmentBytes) }
    const test = testMailbox({ ...sending, mailboxes })
    return {
      providers: [
        provide(channel, { value: emailChannel(sending, test) }),
        provide(channelMedia, { value: emailMedia(shared) }),
      ],
      jobs: [mailboxJob(mailboxes, { connections })],
      stop: async () => mailboxes.stop(),
    }
  },
})
