/** The application logs in as this role. It owns nothing and cannot bypass row-level security. */
export const appRole = 'parley_app'

/** Owns the functions that work across tenants. Nobody logs in as it, nobody is a member of it. */
export const engineRole = 'parley_engine'

/** Policy names, the same on every table, so that the audit and operators find them. */
export const tenantPolicy = 'tenant_isolation'
export const enginePolicyName = 'engine_access'
