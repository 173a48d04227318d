import { networkInterfaces } from 'node:os'
import type { KernelSettings } from '../config/settings.ts'
import { BRIDGED, type Offers, ownUrl, peerRoute } from '../peers/index.ts'
import { portName } from '../plugin/port.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import type { ProviderRegistry } from './providers.ts'
import type { Rooms } from './rooms.ts'
import type { Web } from './web.ts'

export interface PeerParts {
  readonly settings: KernelSettings
  readonly rooms: Rooms
  readonly web: Web
  readonly clock: Clock
  readonly log: Logger
}

/** Where a process that runs a part of the installation takes the calls of the others. Before it listens. */
export function mountPeers({ rooms, web, clock, log }: PeerParts): void {
  const { peers, providers } = rooms
  if (peers === undefined) return
  const provider = (port: string, key: string) =>
    BRIDGED.flatMap((one) => (portName(one.port) === port ? providers.here(one.port) : [])).find(
      (one) => one.key === key,
    )?.value
  const route = peerRoute({ self: peers.id, provider, ring: rooms.secrets, clock, log, settings: peers.settings })
  web.http.mount([route], { pluginId: KERNEL_ID, authenticators: [], permissions: [] })
}

/** Tells the others, and learns who they are; once it listens. */
export async function joinPeers({ settings, rooms, web }: PeerParts): Promise<void> {
  const { peers, providers } = rooms
  if (peers === undefined) return
  const url = peers.settings.url ?? ownUrl(settings.host, Number(web.http.server.info.port), networkInterfaces)
  await peers.start(url.replace(/\/$/, ''), () => offersOf(providers))
}

function offersOf(providers: ProviderRegistry): Offers {
  return Object.fromEntries(
    BRIDGED.map(({ port, facts }) => [
      portName(port),
      Object.fromEntries(
        providers.here(port).map(({ key, value }) => {
          const told = value as Readonly<Record<string, unknown>>
          return [key, Object.fromEntries(facts.map((fact) => [fact, told[fact]]))]
        }),
      ),
    ]),
  )
}
