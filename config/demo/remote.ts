import { randomBytes } from 'node:crypto'
import { Remote } from '../../adapters/remote/simulator/remote.mjs'
import type { Kernel } from '../../core/kernel/kernel.ts'
import type { DemoFile, DemoRemote } from './demo-file.ts'

const ACCOUNT = 'demo-line'

/** A remote channel at the other end of a socket, inside a demo: the reference remote, in plain Node. */
export async function startDemoRemote(kept: DemoRemote | undefined) {
  const secrets = kept?.secrets ?? { app: newSecret(), endpoint: newSecret(), account: newSecret() }
  const remote = new Remote({
    accounts: [{ account: ACCOUNT, title: 'Parley demo', secrets: [secrets.account] }],
    secrets: [secrets.app],
    steered: true,
  })
  const url = await remote.listen()
  // The remote is on this machine, without a certificate.
  const own = { url, secret: secrets.app, allowHttp: true, egress: { allow: ['127.0.0.1/32'] } }
  return { remote, secrets, settings: { './adapters/remote': own }, stop: () => remote.close() }
}

export type DemoRemoteEnd = Awaited<ReturnType<typeof startDemoRemote>>

/** The demo tenant's line, made on the first start and found on later ones. */
export async function seedRemote(
  kernel: Kernel,
  { tenantId, baseUrl }: { readonly tenantId: string; readonly baseUrl: string },
  known: DemoFile | undefined,
  { remote, secrets }: DemoRemoteEnd,
): Promise<Pick<DemoFile, 'remote'>> {
  // A process may run a subset of the plugins.
  if (kernel.plugins.find('remote')?.state !== 'started') return {}
  const path = known?.remote?.endpointUrl ?? (await connect(kernel, tenantId, secrets))
  const { pathname } = new URL(path, baseUrl)
  // The remote is on this machine, too: it needs no way around over the outside address.
  remote.hook = { url: new URL(pathname, kernel.baseUrl).href, secrets: [secrets.endpoint] }
  return { remote: { url: remote.url, account: ACCOUNT, endpointUrl: `${baseUrl}${pathname}`, secrets } }
}

/** Answers with the path of the endpoint. */
async function connect(
  kernel: Kernel,
  tenantId: string,
  { endpoint, account }: DemoRemote['secrets'],
): Promise<string> {
  const { id } = await kernel.connections.createEndpoint({
    ...{ adapter: 'remote', tenantId },
    secrets: { signingSecret: endpoint },
  })
  await kernel.database.transaction(tenantId, (uow) =>
    kernel.connections.create(uow, {
      ...{ provider: 'remote', externalId: ACCOUNT, name: 'Remote (simulated)', endpointId: id },
      secrets: { signingSecret: account },
    }),
  )
  return `/hooks/remote/${id}`
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
