import type { Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { changeTenantRoutes } from './change-tenants.ts'
import { pluginRoutes } from './plugins.ts'
import { summaryRoute } from './summary.ts'
import { tenantRoutes } from './tenants.ts'

/** All routes of this room. */
export function adminRoutes(parts: Parts): readonly Route[] {
  return [...tenantRoutes(parts), ...changeTenantRoutes(parts), ...pluginRoutes(parts), summaryRoute(parts)]
}
