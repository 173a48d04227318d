import type { Route } from '@parley/core'
import { changeRoute, removeRoute } from './channel/change.ts'
import { previewRoute } from './channel/preview.ts'
import { getRoute, listRoute } from './channel/read.ts'
import { PATH } from './channel/schemas.ts'
import { submitRoute } from './channel/submit.ts'
import { listSyncsRoute, syncRoute } from './channel/sync.ts'
import type { RouteContext } from './context.ts'
import { ownRoutes } from './own/index.ts'
import { emailKind, smsKind } from './own/kind.ts'
import { usageRoute } from './usage.ts'

export function templateRoutes(context: RouteContext): readonly Route[] {
  return [
    ...ownRoutes(context, emailKind(context.settings)),
    ...ownRoutes(context, smsKind(context.settings)),
    listRoute(context),
    submitRoute(context),
    syncRoute(context),
    listSyncsRoute(context),
    getRoute(context),
    changeRoute(context),
    removeRoute(context),
    previewRoute(context),
    usageRoute(context, { kind: 'channel', path: PATH, id: 'getChannelTemplateUsage', noun: "channel's template" }),
  ]
}
