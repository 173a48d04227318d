import type { Channel, Clock, ObjectStore } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { asText } from '../meta/json.ts'
import { INSTAGRAM } from '../meta/platform/product.ts'
import type { RouteOf } from '../meta/platform/route.ts'
import { platformChannel } from '../meta/platform/send/channel.ts'
import { PlatformFiles } from '../meta/platform/send/files.ts'
import { PlatformPacing } from '../meta/platform/send/pacing.ts'
import { testAccount } from '../meta/platform/test-account.ts'
import { pageTokens } from '../meta/platform/tokens/page-token.ts'
import type { LookAfterToken } from '../meta/platform/tokens/renewal.ts'
import { capabilities as capabilitiesFor, limits } from './capabilities.ts'
import { instagramRoutes, type Login, loginOf, readingOf } from './login.ts'
import type { InstagramSettings } from './settings.ts'
import { instagramTokens } from './token.ts'

/** The platform's parts, as Instagram uses them with either login. Instagram takes no uploads: Meta fetches each file from us. */
export function instagramParts(
  deps: { readonly graphs: Readonly<Record<Login, GraphClient>>; readonly clock: Clock; readonly store: ObjectStore },
  settings: InstagramSettings,
): { routeOf: RouteOf; value: Channel; lookAfter: LookAfterToken } {
  const { graphs, clock, store } = deps
  const routeOf = instagramRoutes(graphs)
  const capabilities = capabilitiesFor(settings)
  const test = testAccount(routeOf, readingOf)
  const { title } = INSTAGRAM
  const { renewTokenDays } = settings
  const maxBytes = capabilities.maxMediaBytes
  const uploads = () => false
  const files = new PlatformFiles({ routeOf, store, clock, title, maxBytes, uploads }, settings)
  const pacing = new PlatformPacing(clock, settings)
  const own = instagramTokens({ graph: graphs.instagram, clock, renewTokenDays })
  const pageOf = (connection: Parameters<LookAfterToken>[0]) => asText(connection.settings.pageId)
  const linked = pageTokens({ graph: graphs.facebook, clock, renewTokenDays, test, pageOf })
  return {
    routeOf,
    value: platformChannel({ product: INSTAGRAM, capabilities, limits, routeOf, files, pacing, metadata: false, test }),
    lookAfter: (connection, signal) =>
      loginOf(connection.settings) === 'facebook' ? linked(connection, signal) : own(connection, signal),
  }
}
