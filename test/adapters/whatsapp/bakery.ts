import { Readable } from 'node:stream'
import type { Connection, Identity, ObjectStore, OutboundContent, SendRequest, SendResult } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { GraphClient } from '../../../adapters/meta/graph-client.ts'
import { MediaDownload } from '../../../adapters/meta/media-download.ts'
import { whatsappMedia } from '../../../adapters/whatsapp/media.ts'
import { whatsappReceipts } from '../../../adapters/whatsapp/receipts.ts'
import { whatsappChannel } from '../../../adapters/whatsapp/send/channel.ts'
import { Pacing } from '../../../adapters/whatsapp/send/pacing.ts'
import { MediaUploads } from '../../../adapters/whatsapp/send/upload.ts'
import { type WhatsAppSettings, whatsappSettingsSchema } from '../../../adapters/whatsapp/settings.ts'
import { type SimulatorOptions, WhatsAppSimulator } from '../../../adapters/whatsapp/simulator/simulator.ts'
import { whatsappTemplates } from '../../../adapters/whatsapp/templates.ts'

export const NUMBER = '208070605040302'
export const WABA = '304050607080901'
export const TOKEN = 'EAAtestTokenOfTheBakery0123456789'
export const ADA = '4915123456789'
export const toAda: Identity = { kind: 'phone', scope: '', value: `+${ADA}` }
export const TENANT = '0198f1a2-0000-7000-8000-0000000000aa'

export function connection(more: Partial<Connection> = {}): Connection {
  return {
    id: '0198f1a2-0000-7000-8000-000000000001',
    tenantId: TENANT,
    provider: 'whatsapp',
    externalId: NUMBER,
    name: 'Bakery',
    settings: { wabaId: WABA },
    secrets: { accessToken: TOKEN },
    health: 'ok',
    ...more,
  }
}

/** Files by key, of one tenant. */
class MemoryStore implements ObjectStore {
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

  async delete(): Promise<void> {}
  async putVariant(): Promise<void> {}
  async keep(): Promise<void> {}
  async link(): Promise<undefined> {}
}

/** The adapter's parts, wired to a simulated Graph. */
export async function openBakery(options: { simulator?: SimulatorOptions; settings?: Partial<WhatsAppSettings> } = {}) {
  const clock = new TestClock()
  const account = {
    phoneNumberId: NUMBER,
    wabaId: WABA,
    accessToken: TOKEN,
    displayPhoneNumber: '493411112233',
    verifiedName: 'Bakery',
  }
  const simulator = new WhatsAppSimulator({ accounts: [account], now: () => clock.millis(), ...options.simulator })
  const graphBaseUrl = await simulator.listen()
  const settings = whatsappSettingsSchema.validate({ graphBaseUrl, ...options.settings }).value as WhatsAppSettings
  const graph = new GraphClient({ ...settings, baseUrl: settings.graphBaseUrl, version: settings.graphVersion })
  const download = new MediaDownload({ ...settings, origins: [settings.graphBaseUrl] })
  const store = new MemoryStore()
  const uploads = new MediaUploads({ graph, store, clock }, settings)
  const channel = whatsappChannel({ graph, uploads, pacing: new Pacing(clock, settings) })
  return {
    clock,
    simulator,
    store,
    graph,
    channel,
    media: whatsappMedia({ graph, download, maxBytes: settings.maxMediaBytes }),
    receipts: whatsappReceipts(graph),
    templates: whatsappTemplates(graph, settings),
    send: (content: OutboundContent, more: Partial<SendRequest> = {}): Promise<SendResult> =>
      channel.send({
        connection: connection(),
        to: toAda,
        content,
        correlationId: '0198f1a2-0000-7000-8000-00000000cafe',
        signal: AbortSignal.timeout(10_000),
        ...more,
      }),
    async close() {
      await Promise.all([graph.close(AbortSignal.timeout(1_000)), download.close(), simulator.close()])
    },
  }
}

export type Bakery = Awaited<ReturnType<typeof openBakery>>
