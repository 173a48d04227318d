import { expect } from 'chai'
import type { Knex } from 'knex'
import type { GroupLag } from '../../../core/events/index.ts'
import { FigureCache } from '../../../core/telemetry/sdk/figures.ts'

const LAG: GroupLag = { group: 'inbox.sender', events: 3, seconds: 1, parked: 0, dead: 0, oldestLaneSeconds: 0 }
const knex = { raw: async () => ({ rows: [{ bytes: 8192 }] }) } as unknown as Knex

describe('figures that cost a query', () => {
  /** Counts the looks; each ends when it is told to. */
  function looking(figuresMs: number, figuresTimeoutMs: number) {
    const ends: ((groups: readonly GroupLag[] | Error) => void)[] = []
    const lag = () => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly GroupLag[]>()
      ends.push((groups) => (groups instanceof Error ? reject(groups) : resolve(groups)))
      return promise
    }
    return { ends, cache: new FigureCache({ knex, lag }, { figuresMs, figuresTimeoutMs }) }
  }

  it('are read once for all who ask within a while', async () => {
    const { cache, ends } = looking(60_000, 5_000)
    const asked = [cache.get(), cache.get()]
    ends[0]?.([LAG])
    expect(await Promise.all([...asked, cache.get()])).to.deep.equal(Array(3).fill({ groups: [LAG], logBytes: 8192 }))
    expect(ends).to.have.length(1)
  })

  it('keep nobody waiting while the database is silent, and it is not asked a second time meanwhile', async () => {
    const { cache, ends } = looking(0, 10)
    expect(await cache.get()).to.equal(undefined)
    expect(await cache.get()).to.equal(undefined)
    expect(ends).to.have.length(1)
    ends[0]?.(new Error('Connection terminated'))
    await new Promise(setImmediate)
    const answer = cache.get()
    ends[1]?.([LAG])
    expect(await answer).to.deep.equal({ groups: [LAG], logBytes: 8192 })
  })
})
