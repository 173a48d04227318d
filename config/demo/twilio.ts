import { randomBytes } from 'node:crypto'
import { TwilioSimulator } from '../../adapters/twilio/simulator/index.ts'
import type { KernelSettings } from '../../core/config/settings.ts'
import type { Kernel } from '../../core/kernel/kernel.ts'
import type { DemoFile, DemoTwilioSender } from './demo-file.ts'

const CHANNELS = ['twilio', 'twilio-whatsapp'] as const
type Channel = (typeof CHANNELS)[number]

const SENDERS: Readonly<Record<Channel, { readonly address: string; readonly name: string }>> = {
  twilio: { address: '+15005550006', name: 'SMS (simulated)' },
  'twilio-whatsapp': { address: 'whatsapp:+15005550006', name: 'WhatsApp at Twilio (simulated)' },
}

/** The simulated far end of SMS, and of WhatsApp at Twilio, inside a demo. Windows are not enforced: customers may have written before a restart. */
export async function startDemoTwilio(settings: Pick<KernelSettings, 'port' | 'publicUrl'>) {
  const simulator = new TwilioSimulator({ enforceWindow: false })
  const apiBaseUrl = await simulator.listen()
  // The simulator is on this machine and reaches us without a public address.
  const own = { apiBaseUrl, publicUrl: settings.publicUrl ?? `http://127.0.0.1:${settings.port}` }
  return {
    simulator,
    settings: { './adapters/twilio': own, './adapters/twilio/whatsapp': own },
    stop: () => simulator.close(),
  }
}

export type DemoTwilio = Awaited<ReturnType<typeof startDemoTwilio>>

/** The demo tenant's senders, made on the first start and found on later ones. */
export async function seedTwilio(
  kernel: Kernel,
  tenant: { readonly tenantId: string; readonly baseUrl: string },
  known: DemoFile | undefined,
  { simulator }: DemoTwilio,
): Promise<Pick<DemoFile, Channel>> {
  const account = known?.twilio ?? known?.['twilio-whatsapp']
  const accountSid = account?.accountSid ?? `AC${randomBytes(16).toString('hex')}`
  const authToken = account?.authToken ?? randomBytes(16).toString('hex')
  simulator.addAccount({ sid: accountSid, authToken, friendlyName: 'Parley demo' })
  const seeded: Partial<Record<Channel, DemoTwilioSender>> = {}
  for (const channel of CHANNELS) {
    // A process may run a subset of the plugins.
    if (kernel.plugins.find(channel)?.state !== 'started') continue
    const path =
      known?.[channel]?.endpointUrl ?? (await connect(kernel, tenant.tenantId, channel, { accountSid, authToken }))
    const endpointUrl = `${tenant.baseUrl}${new URL(path, tenant.baseUrl).pathname}`
    const { address } = SENDERS[channel]
    simulator.addSender({ accountSid, address, friendlyName: 'Parley demo', webhookUrl: endpointUrl })
    seeded[channel] = { endpointUrl, accountSid, authToken, id: address, apiBaseUrl: simulator.url }
  }
  return seeded
}

/** Answers with the path of the endpoint. */
async function connect(
  kernel: Kernel,
  tenantId: string,
  provider: Channel,
  { accountSid, authToken }: { readonly accountSid: string; readonly authToken: string },
): Promise<string> {
  const endpoint = await kernel.connections.createEndpoint({ adapter: provider, tenantId, secrets: { authToken } })
  const { address, name } = SENDERS[provider]
  await kernel.database.transaction(tenantId, (uow) =>
    kernel.connections.create(uow, {
      ...{ provider, externalId: address, name, endpointId: endpoint.id },
      settings: { accountSid },
      secrets: { authToken },
    }),
  )
  return `/hooks/${provider}/${endpoint.id}`
}
