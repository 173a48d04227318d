import { expect } from 'chai'
import { ReadThrough } from '../../../core/cache/read-through.ts'

interface Row {
  readonly version: number
}

describe('a read-through cache', () => {
  let millis = 0
  let reads: string[][] = []
  let rows = new Map<string, Row>()
  let hold: Promise<void> | undefined
  const clock = { now: () => new Date(millis), millis: () => millis }
  const make = (max = 100) =>
    new ReadThrough<Row>({
      clock,
      max,
      ttlMs: 1000,
      absentTtlMs: 200,
      load: async (keys) => {
        reads.push([...keys])
        const seen = new Map([...rows].filter(([key]) => keys.includes(key)))
        await hold
        return seen
      },
    })

  beforeEach(() => {
    reads = []
    rows = new Map([
      ['a', { version: 1 }],
      ['b', { version: 1 }],
    ])
    hold = undefined
  })

  it('reads a key once until it is too old', async () => {
    const cache = make()
    expect(await cache.get('a')).to.deep.equal({ version: 1 })
    millis += 999
    await cache.get('a')
    expect(reads).to.have.length(1)
    millis += 1
    await cache.get('a')
    expect(reads).to.have.length(2)
  })

  it('remembers for a shorter time that a key does not exist', async () => {
    const cache = make()
    expect(await cache.get('none')).to.equal(undefined)
    millis += 199
    await cache.get('none')
    expect(reads).to.have.length(1)
    millis += 1
    rows.set('none', { version: 1 })
    expect(await cache.get('none')).to.deep.equal({ version: 1 })
  })

  it('reads once for all who ask at the same moment, and only what is missing', async () => {
    const cache = make()
    await cache.get('a')
    const answers = await Promise.all([cache.getMany(['a', 'b', 'x', 'b']), cache.get('b'), cache.getMany(['x', 'c'])])
    expect(reads).to.deep.equal([['a'], ['b', 'x'], ['c']])
    expect([...answers[0].keys()]).to.deep.equal(['a', 'b'])
    expect(answers[1]).to.deep.equal({ version: 1 })
    expect(answers[2].size).to.equal(0)
  })

  it('does not keep what was read before the key was forgotten', async () => {
    const cache = make()
    let release = () => {}
    hold = new Promise((resolve) => {
      release = resolve
    })
    const before = cache.get('a')
    rows.set('a', { version: 2 })
    cache.forget('a')
    const after = cache.get('a')
    release()
    expect(await before).to.deep.equal({ version: 1 })
    expect(await after).to.deep.equal({ version: 2 })
    expect(await cache.get('a')).to.deep.equal({ version: 2 })
    expect(reads).to.have.length(2)
  })

  it('keeps no failure', async () => {
    let fail = true
    const cache = new ReadThrough<Row>({
      clock,
      max: 10,
      ttlMs: 1000,
      absentTtlMs: 1000,
      load: async () => {
        if (fail) throw new Error('storage is down')
        return rows
      },
    })
    const failures = await Promise.allSettled([cache.get('a'), cache.getMany(['a', 'b'])])
    expect(failures.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    fail = false
    expect(await cache.get('a')).to.deep.equal({ version: 1 })
  })

  it('holds no more than its limit', async () => {
    const cache = make(2)
    for (const key of ['a', 'b', 'c', 'a']) await cache.get(key)
    expect(reads).to.have.length(4)
  })
})
