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
import { resendChannel } from './channel.ts'
import { arrivals } from './inbound/arrivals.ts'
import { mailArrived } from './inbound/mail-arrived.ts'
import { eventReceiver } from './receive/receiver.ts'
import { resendSettingsSchema } from './settings.ts'

/** Mail through Resend: its API out, its webhooks for what became of it and for what arrived. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia],
    publishes: [
      channelMessageReceived,
      channelMessageEchoed,
      channelStatusChanged,
      channelPreferenceChanged,
      channelUnknownReceived,
      mailArrived,
    ],
    settings: { app: resendSettingsSchema },
  },
  deps: { clock, connections, database, ingress, store: objectStore, history: optional(threadHistory) },
  register(deps, settings) {
    const { maxFileBytes, maxInboundBytes, maxWebhookBytes: maxBytes, webhookMaxAgeSeconds: maxAgeSeconds } = settings
    const api = new MailApi(new Egress(settings.egress), settings.apiBaseUrl)
    const egress = new Egress({ ...settings.egress, maxBytes: Math.max(maxFileBytes, maxInboundBytes) })
    const capabilities = mailCapabilities('Email (Resend)', maxFileBytes)
    const key = 'resend'
    return {
      webhook: eventReceiver({ clock: deps.clock, maxBytes, maxAgeSeconds }),
      streams: [arrivals({ ...deps, api, egress, settings })],
      providers: [
        provide(channel, { key, value: resendChannel({ ...deps, api, egress, maxFileBytes, capabilities }) }),
        provide(channelMedia, { key, value: rawMedia(deps.store) }),
      ],
    }
  },
})
