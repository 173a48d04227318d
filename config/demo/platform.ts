import { randomBytes } from 'node:crypto'
import { InstagramSimulator } from '../../adapters/instagram/simulator/index.ts'
import { MessengerSimulator, type SimulatedAccount } from '../../adapters/messenger/simulator/index.ts'
import type { Kernel } from '../../core/kernel/kernel.ts'
import type { DemoFile, DemoPlatformAccount } from './demo-file.ts'

type Channel = 'messenger' | 'instagram'

const ACCOUNTS: Readonly<Record<Channel, Pick<SimulatedAccount, 'id' | 'name' | 'username'>>> = {
  messenger: { id: '108273645500001', name: 'Parley demo' },
  instagram: { id: '17841400000000042', name: 'Parley demo', username: 'parley.demo' },
}
const NAMES: Readonly<Record<Channel, string>> = {
  messenger: 'Messenger (simulated)',
  instagram: 'Instagram (simulated)',
}
const CHANNELS = ['messenger', 'instagram'] as const

/** The simulated far end of Messenger and Instagram inside a demo. Windows are not enforced: customers may have written before a restart. */
export async function startDemoPlatform() {
  const simulators = {
    messenger: new MessengerSimulator({ enforceWindow: false }),
    instagram: new InstagramSimulator({ enforceWindow: false }),
  }
  const [messenger, instagram] = [await simulators.messenger.listen(), await simulators.instagram.listen()]
  return {
    simulators,
    settings: {
      './adapters/messenger': { graphBaseUrl: messenger },
      './adapters/instagram': { graphBaseUrl: instagram, instagramBaseUrl: instagram },
    },
    stop: () => Promise.all([simulators.messenger.close(), simulators.instagram.close()]),
  }
}

export type DemoPlatform = Awaited<ReturnType<typeof startDemoPlatform>>

/** The demo tenant's page and account, made on the first start and found on later ones. */
export async function seedPlatform(
  kernel: Kernel,
  tenant: { readonly tenantId: string; readonly baseUrl: string },
  known: DemoFile | undefined,
  platform: { readonly demo: DemoPlatform; readonly accessToken: string },
): Promise<Pick<DemoFile, Channel>> {
  const seeded: Partial<Record<Channel, DemoPlatformAccount>> = {}
  for (const channel of CHANNELS) {
    // A process may run a subset of the plugins.
    if (kernel.plugins.find(channel)?.state !== 'started') continue
    const { demo, accessToken } = platform
    const simulator = demo.simulators[channel]
    const kept = known?.[channel] ?? (await connect(kernel, tenant.tenantId, channel, accessToken))
    const endpointUrl = `${tenant.baseUrl}${new URL(kept.endpointUrl, tenant.baseUrl).pathname}`
    const { appSecret } = kept
    simulator.addAccount({ ...ACCOUNTS[channel], accessToken, callbackUrl: endpointUrl, appSecret })
    seeded[channel] = { ...kept, endpointUrl, graphBaseUrl: simulator.url }
  }
  return seeded
}

async function connect(
  kernel: Kernel,
  tenantId: string,
  provider: Channel,
  accessToken: string,
): Promise<Omit<DemoPlatformAccount, 'graphBaseUrl'>> {
  const appSecret = randomBytes(16).toString('hex')
  const verifyToken = randomBytes(16).toString('hex')
  const secrets = { appSecret, verifyToken }
  const endpoint = await kernel.connections.createEndpoint({ adapter: provider, tenantId: null, secrets })
  const { id } = ACCOUNTS[provider]
  await kernel.database.transaction(tenantId, (uow) =>
    kernel.connections.create(uow, {
      provider,
      externalId: id,
      name: NAMES[provider],
      endpointId: endpoint.id,
      secrets: { accessToken },
    }),
  )
  return { endpointUrl: `/hooks/${provider}/${endpoint.id}`, verifyToken, appSecret, id }
}
