import type { BuiltInRole, PermissionCatalog, PermissionDefinition } from '@parley/core'

export const BUILT_IN_ROLES = ['admin', 'agent', 'viewer'] as const satisfies readonly BuiltInRole[]

/** Runs the installation; not a role that anybody is given in a tenant, but who is named in the settings. */
export const SUPER_ADMIN = 'super-admin'

export function isBuiltIn(role: string): role is BuiltInRole {
  return (BUILT_IN_ROLES as readonly string[]).includes(role)
}

/** The one matrix: built-in roles × the permissions that the kernel and the plugins declare. */
export class RoleMatrix {
  readonly #catalog: readonly PermissionDefinition[]
  readonly #byRole: ReadonlyMap<string, readonly string[]>
  readonly #known: ReadonlySet<string>

  /** The catalog is complete once every plugin is loaded, which is before any of them registers. */
  constructor(catalog: PermissionCatalog) {
    this.#catalog = catalog.all()
    this.#known = new Set(this.#catalog.map(({ key }) => key))
    this.#byRole = new Map(BUILT_IN_ROLES.map((role) => [role, keysOf(this.#catalog, role)]))
  }

  permissions(): readonly PermissionDefinition[] {
    return this.#catalog
  }

  knows(permission: string): boolean {
    return this.#known.has(permission)
  }

  /** What a role may. A role of the tenant's own brings its list; a permission that no plugin declares any more is inert. */
  of(role: string, own: readonly string[] | null = null): readonly string[] {
    return this.#byRole.get(role) ?? own ?? []
  }
}

/** Who has a permission when its plugin does not say. */
const DEFAULT_ROLES: readonly BuiltInRole[] = ['admin']

function keysOf(catalog: readonly PermissionDefinition[], role: BuiltInRole): readonly string[] {
  return catalog.filter(({ roles = DEFAULT_ROLES }) => roles.includes(role)).map(({ key }) => key)
}
