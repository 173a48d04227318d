import { v7 as uuidv7 } from 'uuid'
import { systemClock } from '../../core/clock.ts'
import type { FlagDefinition } from '../../core/contracts/ports/flag-admin.ts'
import { bucketOf } from '../../core/flags/bucket.ts'
import { Flags } from '../../core/flags/flags.ts'

/**
 * `node test/bench/flags.ts`: how many evaluations a second one process does, through the same door that plugins use. Bounded:
 * a few seconds. Printed and compared with nothing, as a machine's speed is nobody's fault.
 */
const EVALUATIONS = 2_000_000
const TENANTS = 1_000

const tenants = Array.from({ length: TENANTS }, () => uuidv7())
const contexts = tenants.map((tenantId, one) => ({ tenantId, plan: one % 2 === 0 ? 'free' : 'pro' }))

const share = (percentage: number) => [{ variant: 'on', percentage }]
const kinds: Readonly<Record<string, FlagDefinition['rules']>> = {
  'no rules': [],
  plan: [{ plans: ['pro', 'team'], serve: 'on' }],
  'one of 1,000 tenants': [{ tenants, serve: 'on' }],
  'share of 30 %': [{ serve: share(30) }],
  'plan, segment, schedule, share': [
    { plans: ['team'], serve: 'on' },
    { segments: ['early'], serve: 'off' },
    { from: '2020-01-01T00:00:00Z', until: '2020-02-01T00:00:00Z', serve: 'on' },
    { plans: ['pro'], serve: share(30) },
  ],
}

const flags = new Flags({
  clock: systemClock,
  tiers: { tierOf: async () => 'free' },
  cacheMax: 10_000,
  contributed: () => [],
})
flags.replace({
  segments: [
    { segment: { key: 'early', summary: '', any: [{ tenants: [uuidv7()] }] }, revision: 1, updatedAt: new Date() },
  ],
  flags: Object.entries(kinds).map(([key, rules]) => ({
    definition: definition(key, rules),
    revision: 1,
    updatedAt: new Date(),
  })),
})

for (const key of Object.keys(kinds)) {
  run(key, TENANTS)
  print(key, run(key, EVALUATIONS))
}
print(
  'bucket of a new id (SHA-256)',
  timed(TENANTS * 200, (one) => bucketOf(String(one), tenants[one % TENANTS] ?? '')),
)

function run(key: string, times: number): number {
  return timed(times, (one) => flags.evaluate(key, contexts[one % TENANTS] ?? {}))
}

/** Calls a second. */
function timed(times: number, work: (one: number) => unknown): number {
  const start = performance.now()
  let done = 0
  for (let one = 0; one < times; one += 1) if (work(one) !== undefined) done += 1
  return (done * 1000) / (performance.now() - start)
}

function print(what: string, perSecond: number): void {
  console.log(`${what.padEnd(34)} ${(perSecond / 1e6).toFixed(1).padStart(6)} M/s`)
}

function definition(key: string, rules: FlagDefinition['rules']): FlagDefinition {
  return {
    ...{ key, kind: 'boolean', summary: '', variants: { on: true, off: false }, enabled: true, off: 'off' },
    ...{ default: 'off', rules, bucketBy: 'tenant', seed: key, algorithm: 1 },
  }
}
