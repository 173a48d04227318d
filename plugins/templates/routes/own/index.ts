import type { Route } from '@parley/core'
import type { RouteContext } from '../context.ts'
import { usageRoute } from '../usage.ts'
import { createRoute, duplicateRoute } from './create.ts'
import type { OwnKind } from './kind.ts'
import { previewRoute } from './preview.ts'
import { deleteRoute, getRoute, listRoute } from './read.ts'
import { replaceRoute } from './replace.ts'

/** The eight routes of one kind of template. */
export function ownRoutes(context: RouteContext, kind: OwnKind): readonly Route[] {
  return [
    listRoute(context, kind),
    createRoute(context, kind),
    getRoute(context, kind),
    replaceRoute(context, kind),
    deleteRoute(context, kind),
    duplicateRoute(context, kind),
    previewRoute(context, kind),
    usageRoute(context, { kind: kind.kind, path: kind.path, id: `get${kind.title}Usage`, noun: kind.noun }),
  ]
}
