import { expect } from 'chai'
import { MicroBatch } from '../../../../plugins/inbox/operators/micro-batch.ts'

describe('batches that grow with the load', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('take what came while the last run was under way, in order, up to the limit', async () => {
    const runs: string[] = []
    const batch = new MicroBatch<number, number>(3, async (key, items) => {
      runs.push(`${key}:${items.join(',')}`)
      await turn()
      return items.map((item) => item * 2)
    })
    const first = batch.add('t', 1)
    await turn()
    const rest = [2, 3, 4, 5].map((item) => batch.add('t', item))
    expect(await Promise.all([first, ...rest])).to.deep.equal([2, 4, 6, 8, 10])
    expect(runs).to.deep.equal(['t:1', 't:2,3,4', 't:5'])
  })

  it('keep keys apart and run them side by side', async () => {
    let running = 0
    let most = 0
    const batch = new MicroBatch<number, void>(10, async (_key, items) => {
      running += 1
      most = Math.max(most, running)
      await turn()
      running -= 1
      return items.map(() => undefined)
    })
    await Promise.all([batch.add('a', 1), batch.add('b', 1), batch.add('a', 2)])
    expect(most).to.equal(2)
  })

  it('tell everybody in a run that failed, and go on', async () => {
    let fail = true
    const batch = new MicroBatch<number, string>(10, async (_key, items) => {
      if (fail) throw new Error('down')
      return items.map(String)
    })
    const results = await Promise.allSettled([batch.add('t', 1), batch.add('t', 2)])
    expect(results.map((result) => result.status)).to.deep.equal(['rejected', 'rejected'])
    fail = false
    expect(await batch.add('t', 3)).to.equal('3')
  })
})
