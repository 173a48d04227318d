/** `@parley/core/testing/vendor`: the base of vendors' simulators alone, light enough to run inside a demo. */
export * from './seeded-random.ts'
export * from './vendor-console.ts'
export * from './vendor-faults.ts'
export * from './vendor-received.ts'
export * from './vendor-server.ts'
export * from './vendor-webhooks.ts'
export * from './vendor-wire.ts'
