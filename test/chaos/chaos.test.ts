import { expect } from 'chai'
import { isClean } from './checker.ts'
import type { Mutant } from './mutants.ts'
import { quickRun } from './quick-run.ts'
import { type ChaosOptions, runChaos } from './run-chaos.ts'

/** Short runs that also end on a busy machine; `npm run chaos` is the long one. */
const short = { durable: false, clients: 12, drainSeconds: 30 } as const

describe('chaos', () => {
  it('loses, doubles and reorders nothing, while servers are killed and stopped and Postgres crashes', async () => {
    const report = await runChaos({
      ...short,
      seconds: 8,
      seed: Date.now() % 1_000_000,
      faults: { crashDatabaseMs: 3_000, stopMs: [500, 2_000] },
    })
    expect(isClean(report.verdict), JSON.stringify(report)).to.equal(true)
    expect(report.verdict.acked).to.be.greaterThan(200)
    expect(report.faults.databaseCrashes).to.be.greaterThan(0)
    expect(report.faults.kills + report.faults.stops).to.be.greaterThan(3)
  }).timeout(90_000)
})

type Count = 'lost' | 'doubled' | 'reordered'

const calm = { everyMs: [60_000, 60_000], crashDatabaseMs: 0 } as const

/** What is missing in each mutant, what brings it to light, and how it shows. */
const cases: readonly (readonly [Mutant, Count, Partial<ChaosOptions>])[] = [
  ['advance-first', 'lost', { crash: { point: 'handled', probability: 0.02 } }],
  ['no-done', 'doubled', { zombies: true }],
  ['no-low-check', 'doubled', { zombies: true, keyedPauseMs: 20 }],
  ['ignore-lanes', 'reordered', { flaky: 0.1 }],
  ['batch-duplicates', 'doubled', { resend: 0.3 }],
]

describe('the checker', () => {
  for (const [mutant, count, options] of cases) {
    it(`catches the engine without one thing: ${mutant}`, async () => {
      const run = { ...short, seconds: 2, servers: 2, seed: 7, faults: calm, ...options, drainSeconds: 2 }
      const { verdict } = await quickRun({ ...run, mutant })
      expect(verdict[count], JSON.stringify(verdict)).to.be.greaterThan(0)
    }).timeout(60_000)
  }

  it('finds nothing in the engine itself under what catches the mutants', async () => {
    const { verdict } = await quickRun({
      ...short,
      seconds: 2,
      servers: 2,
      seed: 7,
      faults: calm,
      zombies: true,
      flaky: 0.1,
      resend: 0.3,
      crash: { point: 'committed', probability: 0.01 },
    })
    expect(isClean(verdict), JSON.stringify(verdict)).to.equal(true)
  }).timeout(60_000)
})
