/**
 * People belong to no tenant: one person may work for several. What is theirs alone (users, sessions, tokens) lies under the
 * nil UUID, so that row-level security hides it from every tenant's transaction, and a platform transaction sees no tenant.
 */
export const PLATFORM = '00000000-0000-0000-0000-000000000000'
