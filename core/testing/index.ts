/** The public test kit: a real database, a test clock, simulators' base, conformance suites. */

export type { PluginEntry } from '../kernel/discover.ts'
export * from './browser.ts'
export * from './seeded-random.ts'
export * from './silent-logger.ts'
export * from './start-test-kernel.ts'
export * from './test-clock.ts'
export * from './test-database.ts'
export * from './test-tenant.ts'
export * from './vendor-faults.ts'
export * from './vendor-server.ts'
export * from './vendor-webhooks.ts'
export * from './vendor-wire.ts'
