import { ParleyError } from '../../plugin/errors.ts'
import type { LiveTopic } from '../../plugin/live.ts'
import type { Route } from '../../plugin/route.ts'
import { placeOf, routeFaults } from './faults.ts'
import { fingerprint } from './fingerprint.ts'
import { topicFaults } from './topic-faults.ts'

/** Who wants to mount, and what their routes may refer to. */
export interface Owner {
  readonly pluginId: string
  readonly permissions?: readonly string[]
  /** Schemes that somebody authenticates, the plugin's own included. */
  readonly schemes: readonly string[]
}

/** All mounted routes and topics, in the order they came. */
export class RouteTable {
  readonly #routes: Route[] = []
  readonly #topics: LiveTopic[] = []
  #version = 0

  /** Changes with every mount. */
  get version(): number {
    return this.#version
  }

  all(): readonly Route[] {
    return this.#routes
  }

  /** Throws `route.invalid` with every fault of what a plugin brings. */
  check(routes: readonly Route[], topics: readonly LiveTopic[], owner: Owner): void {
    const { permissions, schemes } = owner
    const faults = [
      ...routeFaults(routes, {
        ids: new Set(this.#routes.map((route) => route.id)),
        places: new Set(this.#routes.map(placeOf)),
        permissions,
        schemes,
      }),
      ...topicFaults(topics, {
        places: new Set(this.#topics.map(({ path }) => fingerprint(path))),
        permissions,
        schemes,
      }),
    ]
    if (faults.length === 0) return
    throw new ParleyError('route.invalid', `Routes of "${owner.pluginId}" cannot be mounted: ${faults.join('; ')}.`, {
      details: { pluginId: owner.pluginId, faults },
    })
  }

  add(routes: readonly Route[], topics: readonly LiveTopic[]): void {
    this.#version += 1
    this.#routes.push(...routes)
    this.#topics.push(...topics)
  }
}
