import type { Audit } from '../../contracts/ports/audit.ts'
import type { Channel } from '../../contracts/ports/channel.ts'
import type { Route } from '../../plugin/route.ts'
import type { Database } from '../../plugin/unit-of-work.ts'
import type { WebhookReceiver } from '../../plugin/webhook.ts'
import type { ConnectionStore } from '../connection-store.ts'
import { changeConnectionRoutes } from './change-connection.ts'
import { connectRoute, tryConnectionRoute } from './connect.ts'
import { endpointRoutes } from './endpoints.ts'
import { readConnectionRoutes } from './read-connections.ts'
import { testConnectionRoute } from './test-connection.ts'

export interface ConnectionRouteParts {
  readonly store: ConnectionStore
  readonly database: Database
  readonly audit: Audit
  /** The running channel of a provider key. */
  channel(provider: string): Channel | undefined
  /** The running adapter's receiver: an endpoint is made for one, with the secrets that it needs. */
  receiver(adapter: string): Pick<WebhookReceiver, 'secrets'> | undefined
  /** Longest that a vendor may take to check a credential, in milliseconds. */
  readonly testTimeoutMs: number
}

/** Connections and webhook endpoints of the calling tenant. Secrets go in and never come out. */
export function connectionRoutes(parts: ConnectionRouteParts): readonly Route[] {
  return [
    ...readConnectionRoutes(parts),
    connectRoute(parts),
    tryConnectionRoute(parts),
    ...changeConnectionRoutes(parts),
    testConnectionRoute(parts),
    ...endpointRoutes(parts),
  ]
}
