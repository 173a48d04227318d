import { expect } from 'chai'
import { from, lastValueFrom, toArray } from 'rxjs'
import { serialByKey } from '../../../../plugins/inbox/operators/serial-by-key.ts'

interface Work {
  readonly key: string
  readonly n: number
}

describe('working serially by key', () => {
  const items = Array.from({ length: 60 }, (_, n) => ({ key: `k${n % 7}`, n }))
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  async function run(concurrency: number, work: (item: Work) => Promise<Work>): Promise<Work[]> {
    return lastValueFrom(
      from(items).pipe(
        serialByKey((item) => item.key, work, concurrency),
        toArray(),
      ),
    )
  }

  it('keeps the order of every key and never works on one twice at a time', async () => {
    const busy = new Set<string>()
    const done = await run(4, async (item) => {
      expect(busy.has(item.key)).to.equal(false)
      busy.add(item.key)
      for (let turns = 0; turns < item.n % 5; turns++) await turn()
      busy.delete(item.key)
      return item
    })
    expect(done).to.have.length(60)
    for (const key of new Set(items.map((item) => item.key))) {
      const order = done.filter((item) => item.key === key).map((item) => item.n)
      expect(order).to.deep.equal([...order].sort((a, b) => a - b))
    }
  })

  it('works on several keys at once, and on no more than allowed', async () => {
    let active = 0
    let most = 0
    await run(3, async (item) => {
      active += 1
      most = Math.max(most, active)
      await turn()
      active -= 1
      return item
    })
    expect(most).to.equal(3)
  })

  it('ends with the failure of a piece of work', async () => {
    let error: unknown
    await run(2, async (item) => {
      if (item.n === 9) throw new Error('broken')
      return item
    }).catch((caught) => {
      error = caught
    })
    expect(error).to.be.an('error').with.property('message', 'broken')
  })
})
