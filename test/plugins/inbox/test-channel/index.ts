import {
  channel,
  channelMedia,
  channelMessageEchoed,
  channelMessageEdited,
  channelMessageReceived,
  channelMessageRevoked,
  channelPreferenceChanged,
  channelReceipts,
  channelStatusChanged,
  definePlugin,
  ParleyError,
  provide,
} from '@parley/core'
import Joi from 'joi'
import { vendors } from './vendor.ts'

/** A channel with a window of a day, over a vendor in memory. */
export default definePlugin({
  manifest: {
    provides: [channel, channelMedia, channelReceipts],
    publishes: [
      channelMessageReceived,
      channelMessageEchoed,
      channelMessageEdited,
      channelMessageRevoked,
      channelStatusChanged,
      channelPreferenceChanged,
    ],
    settings: { app: Joi.object<{ vendor: string }>({ vendor: Joi.string().required() }) },
  },
  deps: {},
  register(_deps, { vendor: name }: { vendor: string }) {
    const vendor = vendors.get(name)
    if (vendor === undefined) throw new ParleyError('test.vendor', `There is no vendor ${name}.`)
    const key = 'test'
    return {
      providers: [
        provide(channel, {
          key,
          value: {
            capabilities: {
              title: 'Test',
              sends: ['text', 'image', 'document', 'email', 'template'],
              maxTextLength: 100,
              maxCaptionLength: 20,
              maxMediaBytes: { image: 1000, document: 1000 },
              window: { hoursByOpener: { message: 24, referral: 72 }, whenClosed: ['template'] },
            },
            send: (request) => vendor.send(request),
            test: async () =>
              vendor.credentialWorks ? { ok: true, title: 'Test' } : { ok: false, detail: 'token expired' },
          },
        }),
        provide(channelMedia, {
          key,
          value: {
            fetch: async ({ media }) =>
              vendor.files.get(media.ref ?? '') ?? { ok: false, failure: 'gone', detail: 'expired' },
          },
        }),
        provide(channelReceipts, {
          key,
          value: {
            markRead: async ({ externalId }) => {
              vendor.read.push(externalId)
              return { ok: true, externalId }
            },
          },
        }),
      ],
    }
  },
})
