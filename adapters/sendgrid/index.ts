import {
  channel,
  channelMedia,
  channelMessageEchoed,
  channelMessageReceived,
  channelPreferenceChanged,
  channelStatusChanged,
  channelUnknownReceived,
  clock,
  connections,
  database,
  definePlugin,
  Egress,
  ingress,
  objectStore,
  optional,
  provide,
  threadHistory,
} from '@parley/core'
import { mailCapabilities } from '../mail/api/capabilities.ts'
import { MailApi } from '../mail/api/mail-api.ts'
import { rawMedia } from '../mail/api/raw-media.ts'
import { sendgridChannel } from './channel.ts'
import { inboundRoute } from './inbound/route.ts'
import { eventReceiver } from './receive/receiver.ts'
import { sendgridSettingsSchema } from './settings.ts'

/** Mail through SendGrid: the Web API out, Inbound Parse in, the Event Webhook for what became of it. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia],
    publishes: [
      channelMessageReceived,
      channelMessageEchoed,
      channelStatusChanged,
      channelPreferenceChanged,
      channelUnknownReceived,
    ],
    settings: { app: sendgridSettingsSchema },
  },
  deps: { clock, connections, database, ingress, store: objectStore, history: optional(threadHistory) },
  register(deps, settings) {
    const { maxFileBytes, maxWebhookBytes: maxBytes, webhookMaxAgeSeconds: maxAgeSeconds } = settings
    const api = new MailApi(new Egress(settings.egress), settings.apiBaseUrl)
    const egress = new Egress({ ...settings.egress, maxBytes: maxFileBytes })
    const capabilities = mailCapabilities('Email (SendGrid)', maxFileBytes)
    const key = 'sendgrid'
    return {
      webhook: eventReceiver({ clock: deps.clock, maxBytes, maxAgeSeconds }),
      routes: [inboundRoute({ ...deps, settings })],
      providers: [
        provide(channel, { key, value: sendgridChannel({ ...deps, api, egress, maxFileBytes, capabilities }) }),
        provide(channelMedia, { key, value: rawMedia(deps.store) }),
      ],
    }
  },
})
