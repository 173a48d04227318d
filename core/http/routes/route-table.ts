import { ParleyError } from '../../plugin/errors.ts'
import type { Route } from '../../plugin/route.ts'
import { placeOf, routeFaults } from './faults.ts'

/** All mounted routes, in the order they came. */
export class RouteTable {
  readonly #routes: Route[] = []

  all(): readonly Route[] {
    return this.#routes
  }

  /** Throws `route.invalid` with every fault of the plugin's routes; takes none of them then. */
  check(
    routes: readonly Route[],
    owner: { pluginId: string; permissions?: readonly string[] },
    schemes: readonly string[],
  ) {
    const faults = routeFaults(routes, {
      ids: new Set(this.#routes.map((route) => route.id)),
      places: new Set(this.#routes.map(placeOf)),
      permissions: owner.permissions,
      schemes,
    })
    if (faults.length === 0) return
    throw new ParleyError('route.invalid', `Routes of "${owner.pluginId}" cannot be mounted: ${faults.join('; ')}.`, {
      details: { pluginId: owner.pluginId, faults },
    })
  }

  add(routes: readonly Route[]): void {
    this.#routes.push(...routes)
  }
}
