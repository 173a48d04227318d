import { Readable } from 'node:stream'
import type { Connection, Identity, ObjectStore, OutboundContent, SendRequest, SendResult } from '@parley/core'
import { twilioMedia } from '../../../adapters/twilio/media.ts'
import type { TwilioProduct } from '../../../adapters/twilio/product.ts'
import { twilioChannel } from '../../../adapters/twilio/send/channel.ts'
import { MediaLinks } from '../../../adapters/twilio/send/files.ts'
import { twilioSettingsSchema } from '../../../adapters/twilio/settings.ts'
import { TwilioSimulator, type TwilioSimulatorOptions } from '../../../adapters/twilio/simulator/index.ts'
import { twilioReceipts } from '../../../adapters/twilio/whatsapp/receipts.ts'
import { twilioTemplates } from '../../../adapters/twilio/whatsapp/templates.ts'
import { TwilioApi } from '../../../adapters/twilio/wire/twilio-api.ts'

export const ACCOUNT = { sid: `AC${'1'.repeat(32)}`, authToken: 'the-token-of-the-office', friendlyName: 'Office' }
export const NUMBER = '+15005550006'
export const SENDER = `whatsapp:${NUMBER}`
export const SERVICE = `MG${'2'.repeat(32)}`
export const ADA: Identity = { kind: 'phone', scope: '', value: '+4915112345678' }
export const TENANT = '0198f1a2-0000-7000-8000-0000000000aa'
export const ENDPOINT = '0198f1a2-0000-7000-8000-0000000000ee'
export const REF = '0198f1a2-0000-7000-8000-000000000001'

/** Files by key, of one tenant; linked by path, as a store on our own server does. */
export class MemoryStore implements ObjectStore {
  readonly files = new Map<string, { mimeType: string; content: Buffer }>()

  async put(): Promise<{ ok: false; failure: 'too-large' }> {
    return { ok: false, failure: 'too-large' }
  }

  async get(tenantId: string, key: string) {
    const file = tenantId === TENANT ? this.files.get(key) : undefined
    if (file === undefined) return undefined
    const object = { key, bytes: file.content.length, mimeType: file.mimeType, sha256: '' }
    return { object, content: Readable.from([file.content]) }
  }

  async link(tenantId: string, key: string) {
    return tenantId === TENANT ? `/api/files/${key}` : undefined
  }

  async delete(): Promise<void> {}
  async putVariant(): Promise<void> {}
  async keep(): Promise<void> {}
}

interface OfficeOptions {
  readonly connection?: Partial<Connection>
  readonly settings?: object
  readonly simulator?: TwilioSimulatorOptions
}

/** The adapter's parts, wired to a simulated Twilio. */
export async function openOffice(product: TwilioProduct, options: OfficeOptions = {}) {
  const simulator = new TwilioSimulator({ accounts: [ACCOUNT], ...options.simulator })
  const own = { accountSid: ACCOUNT.sid, friendlyName: 'Office' }
  simulator.addSender({ ...own, address: NUMBER, serviceSid: SERVICE })
  simulator.addSender({ ...own, address: SENDER })
  const apiBaseUrl = await simulator.listen()
  const { value: settings } = twilioSettingsSchema.validate({
    ...{ apiBaseUrl, publicUrl: 'https://parley.example', ...options.settings },
  })
  const store = new MemoryStore()
  const api = new TwilioApi(settings)
  const links = new MediaLinks(store, settings)
  const connection: Connection = {
    ...{
      id: '0198f1a2-0000-7000-8000-0000000000cc',
      tenantId: TENANT,
      endpointId: ENDPOINT,
      provider: product.channel,
    },
    ...{ externalId: product.channel === 'twilio' ? NUMBER : SENDER, name: 'Office', health: 'ok' },
    settings: { accountSid: ACCOUNT.sid },
    secrets: { authToken: ACCOUNT.authToken },
    ...options.connection,
  }
  const channel = twilioChannel({ product, api, links, publicUrl: settings.publicUrl })
  const signal = AbortSignal.timeout(20_000)
  return {
    ...{ simulator, store, connection, channel, signal },
    media: twilioMedia(api, { apiBaseUrl: settings.apiBaseUrl, maxBytes: settings.maxMediaBytes }),
    receipts: twilioReceipts(api),
    templates: twilioTemplates(api, settings),
    send: (content: OutboundContent, more: Partial<SendRequest> = {}): Promise<SendResult> =>
      channel.send({ connection, to: ADA, content, correlationId: REF, signal, ...more }),
    text: (text: string, more: Partial<SendRequest> = {}) =>
      channel.send({ connection, to: ADA, content: { kind: 'text', text }, correlationId: REF, signal, ...more }),
    /** The form of the last call to Twilio. */
    posted: () => Object.fromEntries(new URLSearchParams(simulator.requests.at(-1)?.body.toString())),
    async close() {
      await api.wire.close(AbortSignal.timeout(1_000))
      await simulator.close()
    },
  }
}

export type Office = Awaited<ReturnType<typeof openOffice>>
