import { Readable } from 'node:stream'
import type { Channel, Connection, ObjectStore, OutboundContent, SendRequest, SendResult } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { instagramParts } from '../../../../adapters/instagram/parts.ts'
import { instagramSettingsSchema } from '../../../../adapters/instagram/settings.ts'
import { messengerParts } from '../../../../adapters/messenger/parts.ts'
import { messengerSettingsSchema } from '../../../../adapters/messenger/settings.ts'
import { GraphClient } from '../../../../adapters/meta/graph-client.ts'
import { MediaDownload } from '../../../../adapters/meta/media-download.ts'
import { platformMedia } from '../../../../adapters/meta/platform/media.ts'
import { INSTAGRAM, MESSENGER, type PlatformProduct } from '../../../../adapters/meta/platform/product.ts'
import { platformProfiles } from '../../../../adapters/meta/platform/profiles.ts'
import { platformReceipts } from '../../../../adapters/meta/platform/receipts.ts'
import {
  PlatformSimulator,
  type PlatformSimulatorOptions,
} from '../../../../adapters/meta/platform/simulator/simulator.ts'
import type { SimulatedAccount } from '../../../../adapters/meta/platform/simulator/state.ts'

export const ACCOUNT = '17841400000000001'
export const TOKEN = 'EAAtestTokenOfTheShop0123456789'
export const ADA = '7100000000000001'
export const TENANT = '0198f1a2-0000-7000-8000-0000000000aa'

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

  async link(tenantId: string, key: string) {
    return tenantId === TENANT ? `/api/files/${key}` : undefined
  }

  async delete(): Promise<void> {}
  async putVariant(): Promise<void> {}
  async keep(): Promise<void> {}
}

interface ShopOptions {
  readonly account?: Partial<SimulatedAccount>
  readonly connection?: Partial<Connection>
  readonly settings?: object
  readonly simulator?: PlatformSimulatorOptions
}

/** The adapter's parts, wired to a simulated platform. */
async function openShop(product: PlatformProduct, options: ShopOptions) {
  const clock = new TestClock()
  const account = { id: ACCOUNT, name: 'Bakery', accessToken: TOKEN, ...options.account }
  const simulator = new PlatformSimulator(product, {
    accounts: [account],
    now: () => clock.millis(),
    ...options.simulator,
  })
  const url = await simulator.listen()
  const store = new MemoryStore()
  const { parts, graphs } = partsOf(product, url, { clock, store }, options.settings)
  const download = new MediaDownload({ origins: [url], timeoutMs: 5_000, connectTimeoutMs: 1_000 })
  const connection: Connection = {
    id: '0198f1a2-0000-7000-8000-000000000001',
    tenantId: TENANT,
    provider: product.channel,
    externalId: ACCOUNT,
    name: 'Bakery',
    settings: {},
    secrets: { accessToken: TOKEN },
    health: 'ok',
    ...options.connection,
  }
  const channel: Channel = parts.value
  return {
    clock,
    simulator,
    store,
    connection,
    channel,
    lookAfter: parts.lookAfter,
    media: platformMedia({ routeOf: parts.routeOf, download, maxBytes: 1_000 }),
    receipts: platformReceipts(parts.routeOf),
    profiles: platformProfiles(parts.routeOf, 'name'),
    customer: simulator.customer(ADA),
    sent: () => simulator.state.received.all.at(-1)?.message,
    send: (content: OutboundContent, more: Partial<SendRequest> = {}): Promise<SendResult> =>
      channel.send({
        connection,
        to: { kind: product.identityKind, scope: ACCOUNT, value: ADA },
        content,
        correlationId: '0198f1a2-0000-7000-8000-00000000cafe',
        signal: AbortSignal.timeout(10_000),
        ...more,
      }),
    async close() {
      const ending = AbortSignal.timeout(1_000)
      await Promise.all([...graphs.map((graph) => graph.close(ending)), download.close(), simulator.close()])
    },
  }
}

function partsOf(
  product: PlatformProduct,
  url: string,
  deps: { clock: TestClock; store: ObjectStore },
  settings: object = {},
) {
  const base = { graphBaseUrl: url, ...settings }
  if (product.channel === 'messenger') {
    const { value: valid } = messengerSettingsSchema.validate(base)
    const graph = new GraphClient({ ...valid, baseUrl: url, version: valid.graphVersion })
    return { parts: messengerParts({ graph, ...deps }, valid), graphs: [graph] }
  }
  const { value: valid } = instagramSettingsSchema.validate({ instagramBaseUrl: url, ...base })
  const [facebook, instagram] = [url, url].map(
    (baseUrl) => new GraphClient({ ...valid, baseUrl, version: valid.graphVersion }),
  )
  if (facebook === undefined || instagram === undefined) throw new Error('no clients')
  return { parts: instagramParts({ graphs: { facebook, instagram }, ...deps }, valid), graphs: [facebook, instagram] }
}

export const openPage = (options: ShopOptions = {}) => openShop(MESSENGER, options)
export const openInstagram = (options: ShopOptions = {}) =>
  openShop(INSTAGRAM, { ...options, account: { username: 'bakery', ...options.account } })

export type Shop = Awaited<ReturnType<typeof openShop>>
