import { expect } from 'chai'
import { Subject, VirtualTimeScheduler } from 'rxjs'
import { bursts } from '../../../../plugins/inbox/operators/bursts.ts'

describe('waiting out bursts', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  function setUp(quietMs: number, factor = 4) {
    const scheduler = new VirtualTimeScheduler()
    const source = new Subject<string>()
    const seen: string[] = []
    source
      .pipe(bursts({ keyOf: (value) => value[0] ?? '', quietOf: async () => quietMs, factor, scheduler }))
      .subscribe({
        next: (values) => seen.push(`${scheduler.now()}:${values.join(',')}`),
        complete: () => seen.push('end'),
      })
    const say = async (value: string) => {
      source.next(value)
      await settled()
    }
    const advance = (ms: number) => {
      scheduler.maxFrames = scheduler.now() + ms
      scheduler.schedule(() => undefined, ms)
      scheduler.flush()
    }
    return { source, seen, say, advance }
  }

  it('gives what came before the quiet, for each key on its own', async () => {
    const { seen, say, advance } = setUp(100)
    await say('a1')
    advance(50)
    await say('a2')
    await say('b1')
    advance(99)
    expect(seen).to.deep.equal([])
    advance(1)
    expect(seen).to.deep.equal(['150:a1,a2', '150:b1'])
    await say('a3')
    advance(100)
    expect(seen.at(-1)).to.equal('250:a3')
  })

  it('gives a key that never falls quiet after some quiet times', async () => {
    const { seen, say, advance } = setUp(100, 2)
    for (let index = 0; index < 5; index++) {
      await say(`a${index}`)
      advance(60)
    }
    expect(seen).to.deep.equal(['200:a0,a1,a2,a3'])
  })

  it('gives every value alone and at once when there is nothing to wait for', async () => {
    const { source, seen } = setUp(0)
    for (const value of ['a1', 'a2', 'b1']) source.next(value)
    await settled()
    expect(seen).to.deep.equal(['0:a1', '0:a2', '0:b1'])
  })

  it('gives what it has gathered when the source ends', async () => {
    const { source, seen, say } = setUp(100)
    await say('a1')
    await say('a2')
    source.complete()
    expect(seen).to.deep.equal(['0:a1,a2', 'end'])
  })
})
