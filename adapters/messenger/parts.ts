import type { Channel, Clock, ObjectStore } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { MESSENGER } from '../meta/platform/product.ts'
import type { RouteOf } from '../meta/platform/route.ts'
import { platformChannel } from '../meta/platform/send/channel.ts'
import { PlatformFiles } from '../meta/platform/send/files.ts'
import { PlatformPacing } from '../meta/platform/send/pacing.ts'
import { pageReading, testAccount } from '../meta/platform/test-account.ts'
import { pageTokens } from '../meta/platform/tokens/page-token.ts'
import type { LookAfterToken } from '../meta/platform/tokens/renewal.ts'
import { capabilities as capabilitiesFor, limits } from './capabilities.ts'
import type { MessengerSettings } from './settings.ts'

/** The platform's parts, as Messenger uses them: everything goes to the page with the page's token. */
export function messengerParts(
  deps: { readonly graph: GraphClient; readonly clock: Clock; readonly store: ObjectStore },
  settings: MessengerSettings,
): { routeOf: RouteOf; value: Channel; lookAfter: LookAfterToken } {
  const { graph, clock, store } = deps
  const routeOf: RouteOf = ({ externalId, secrets }) => ({
    graph,
    node: encodeURIComponent(externalId),
    token: secrets.accessToken ?? '',
  })
  const capabilities = capabilitiesFor(settings)
  const test = testAccount(routeOf, () => pageReading)
  const { title } = MESSENGER
  const maxBytes = capabilities.maxMediaBytes
  const files = new PlatformFiles({ routeOf, store, clock, title, maxBytes, uploads: () => true }, settings)
  const pacing = new PlatformPacing(clock, settings)
  const { renewTokenDays } = settings
  return {
    routeOf,
    value: platformChannel({ product: MESSENGER, capabilities, limits, routeOf, files, pacing, metadata: true, test }),
    lookAfter: pageTokens({ graph, clock, renewTokenDays, test, pageOf: ({ externalId }) => externalId }),
  }
}
