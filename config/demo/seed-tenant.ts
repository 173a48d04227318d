import { randomBytes } from 'node:crypto'
import type { SimulatedAccount } from '../../adapters/whatsapp/simulator/index.ts'
import type { Connection, UnitOfWork } from '../../core/index.ts'
import type { Kernel } from '../../core/kernel/kernel.ts'
import type { DemoFile } from './demo-file.ts'
import { type DemoMail, seedMail } from './mail.ts'
import { type DemoPlatform, seedPlatform } from './platform.ts'
import { type DemoRemoteEnd, seedRemote } from './remote.ts'
import { seedUser } from './seed-user.ts'
import { type DemoTwilio, seedTwilio } from './twilio.ts'

const SLUG = 'demo'
const PHONE_NUMBER_ID = '106540352242922'
const WABA_ID = '102290129340398'

export interface Vendor {
  readonly graphBaseUrl: string
  readonly accessToken: string
  /** The simulated Messenger and Instagram; absent when Meta is elsewhere. */
  readonly platform?: DemoPlatform
  /** The simulated Twilio, where the others are simulated, too. */
  readonly twilio?: DemoTwilio
  readonly mail?: DemoMail
  readonly remote?: DemoRemoteEnd
}

export interface Seeded {
  readonly file: DemoFile
  readonly account: SimulatedAccount
}

/** The demo tenant and its two connections, made on the first start and found on later ones. */
export async function seedTenant(kernel: Kernel, kept: DemoFile | undefined, vendor: Vendor): Promise<Seeded> {
  const tenantId = await findOrCreateTenant(kernel)
  const baseUrl = kernel.settings.publicUrl ?? kernel.baseUrl
  // Of a tenant that was made anew (another database), the kept key opens nothing.
  const known = kept?.tenantId === tenantId ? kept : undefined
  const whatsapp = known?.whatsapp ?? (await connectWhatsApp(kernel, tenantId, vendor))
  const channelId = known?.webchat.channelId ?? (await connectWebchat(kernel, tenantId))
  const apiKey = known?.apiKey ?? (await createApiKey(kernel, tenantId))
  const user = await seedUser(kernel, tenantId, known?.user)
  const { platform: demo, accessToken } = vendor
  const platform = demo && (await seedPlatform(kernel, { tenantId, baseUrl }, known, { demo, accessToken }))
  const twilio = vendor.twilio && (await seedTwilio(kernel, { tenantId, baseUrl }, known, vendor.twilio))
  const mail = vendor.mail && (await seedMail(kernel, { tenantId, baseUrl }, known, vendor.mail))
  const remote = vendor.remote && (await seedRemote(kernel, { tenantId, baseUrl }, known, vendor.remote))
  const endpointUrl = `${baseUrl}${new URL(whatsapp.endpointUrl, baseUrl).pathname}`
  const file: DemoFile = {
    baseUrl,
    tenantId,
    apiKey,
    ...(user === undefined ? {} : { user }),
    ...platform,
    ...twilio,
    ...mail,
    ...remote,
    webchat: { pageUrl: `${baseUrl}/chat/${channelId}`, channelId },
    whatsapp: { ...whatsapp, endpointUrl, graphBaseUrl: vendor.graphBaseUrl },
  }
  const account: SimulatedAccount = {
    phoneNumberId: PHONE_NUMBER_ID,
    wabaId: WABA_ID,
    accessToken: vendor.accessToken,
    displayPhoneNumber: '15550783881',
    verifiedName: 'Parley demo',
    callbackUrl: endpointUrl,
    appSecret: whatsapp.appSecret,
  }
  return { file, account }
}

async function findOrCreateTenant(kernel: Kernel): Promise<string> {
  const found = await kernel.tenants.findBySlug(SLUG)
  if (found !== undefined) return found.id
  const made = await kernel.tenants.create({ slug: SLUG, name: 'Demo' })
  if (!made.ok) return findOrCreateTenant(kernel)
  // A process may run a subset of the plugins.
  if (kernel.plugins.find('inbox')?.state === 'started') {
    await kernel.settingsFor('inbox').update(made.tenant.id, AUTOMATIC_REPLIES)
  }
  return made.tenant.id
}

function createApiKey(kernel: Kernel, tenantId: string): Promise<string> {
  return kernel.database.transaction(tenantId, async (uow) => {
    const { key } = await kernel.apiKeys.create(uow, { name: 'Demo', scopes: ['*'], mode: 'test' })
    return key
  })
}

async function connectWhatsApp(kernel: Kernel, tenantId: string, vendor: Vendor): Promise<DemoFile['whatsapp']> {
  const appSecret = randomBytes(16).toString('hex')
  const verifyToken = randomBytes(16).toString('hex')
  const endpoint = await kernel.connections.createEndpoint({
    adapter: 'whatsapp',
    tenantId: null,
    secrets: { appSecret, verifyToken },
  })
  await connect(kernel, tenantId, (uow) =>
    kernel.connections.create(uow, {
      provider: 'whatsapp',
      externalId: PHONE_NUMBER_ID,
      name: 'WhatsApp (simulated)',
      endpointId: endpoint.id,
      aliases: [`waba:${WABA_ID}`],
      settings: { wabaId: WABA_ID },
      secrets: { accessToken: vendor.accessToken },
    }),
  )
  return {
    endpointUrl: `/hooks/whatsapp/${endpoint.id}`,
    verifyToken,
    appSecret,
    phoneNumberId: PHONE_NUMBER_ID,
    graphBaseUrl: vendor.graphBaseUrl,
  }
}

async function connectWebchat(kernel: Kernel, tenantId: string): Promise<string> {
  const connection = await connect(kernel, tenantId, (uow) =>
    kernel.connections.create(uow, { provider: 'webchat', externalId: 'demo', name: 'Web chat' }),
  )
  return connection.id
}

function connect(
  kernel: Kernel,
  tenantId: string,
  work: (uow: UnitOfWork) => Promise<Connection>,
): Promise<Connection> {
  return kernel.database.transaction(tenantId, work)
}

/** So that whoever writes first is answered. */
const AUTOMATIC_REPLIES = {
  autoReplies: {
    greeting:
      'Hello, and welcome to Parley! An agent will be with you in a moment. Meanwhile, ask me about "hours" or "prices".',
    keywords: [
      { words: ['hours', 'open', 'opening'], answer: 'We are here around the clock: this is a demo, it never sleeps.' },
      { words: ['price', 'prices', 'cost'], answer: 'Parley is free software under the Apache License 2.0.' },
    ],
  },
}
